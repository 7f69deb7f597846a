"""Which policy holds for a kind of record at an account: built in, then the layers of the tenant and the account."""

import attrs

from ...domain.shared.ids import AccountId
from ...domain.sync.laws import Laws
from ...domain.sync.policy import BUILT_IN_POLICY, Policy, read_policy
from ...domain.sync.schema import Schema
from ..ports.unit_of_work import UnitOfWork


@attrs.frozen
class PolicyBook:
    """``built_in`` is what holds where nobody said anything; ``laws`` are those that a policy may name."""

    laws: Laws
    built_in: Policy = BUILT_IN_POLICY

    async def effective(self, uow: UnitOfWork, account_id: AccountId | None, schema: Schema) -> Policy:
        """The policy. Its version is another whenever one of its layers is.

        Raises InvalidValue for a layer that names a field or a law that is not there any more.
        """
        policy, version = self.built_in, 0
        for owner in dict.fromkeys((None, account_id)):
            layer = await uow.policies.latest(schema.kind, owner)
            if layer is not None:
                policy = read_policy(layer.document, schema, self.laws, below=policy)
                version += layer.version
        return attrs.evolve(policy, version=version)
