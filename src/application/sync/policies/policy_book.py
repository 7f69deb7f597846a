"""Which policy holds for a kind of record at an account: built in, then the layers of the tenant and the account."""

from datetime import datetime

import attrs

from ....domain.shared.ids import AccountId
from ....domain.sync.laws import Laws
from ....domain.sync.policy import BUILT_IN_POLICY, Policy, read_policy
from ....domain.sync.schema import Schema
from ...ports.sync_books import PolicyDocument
from ...ports.unit_of_work import UnitOfWork


@attrs.frozen
class PolicyBook:
    """``built_in`` is what holds where nobody said anything; ``laws`` are those that a policy may name."""

    laws: Laws
    built_in: Policy = BUILT_IN_POLICY

    async def effective(
        self, uow: UnitOfWork, account_id: AccountId | None, schema: Schema, *, at: datetime | None = None
    ) -> Policy:
        """The policy, as it is or as it was ``at`` a moment. Its version is another whenever one of its layers is.

        Raises InvalidValue for a layer that names a field or a law that is not there any more.
        """
        policy, version = self.built_in, 0
        for owner in dict.fromkeys((None, account_id)):
            layer = await _layer(uow, schema.kind, owner, at)
            if layer is not None:
                policy = read_policy(layer.document, schema, self.laws, below=policy)
                version += layer.version
        return attrs.evolve(policy, version=version)


async def _layer(uow: UnitOfWork, kind: str, owner: AccountId | None, moment: datetime | None) -> PolicyDocument | None:
    if moment is None:
        return await uow.policies.latest(kind, owner)
    versions = await uow.policies.versions(kind, owner)
    return next((each for each in versions if each.set_at <= moment), None)
