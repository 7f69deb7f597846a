"""What waits to be written to the provider, and the policy does not want there any more since somebody changed it.

What a person asked for goes there whatever the policy says: an edit, a decision, an undo, and what was pinned.
"""

from datetime import datetime

import attrs

from ....domain.shared.errors import InvalidValue
from ....domain.sync.laws import Law
from ....domain.sync.policy import Policy
from ....domain.sync.push import Push
from ....domain.sync.run import EDIT, RESOLVE, UNDO
from ....domain.sync.schema import Schema
from ....domain.sync.side import Side
from ...ports.unit_of_work import UnitOfWork
from ..links.link_at import link_at
from ..links.pins import pins_of
from ..policies.policy_book import PolicyBook
from ..records.scope import Scope

_BY_HAND = frozenset({EDIT, RESOLVE, UNDO})


@attrs.frozen
class NotWanted:
    """One kind of record in one scope; used inside the transaction in which the push is begun."""

    _schema: Schema
    _scope: Scope
    _policies: PolicyBook

    async def __call__(self, uow: UnitOfWork, push: Push) -> bool:
        """Whether it is to be decided anew. A creation that was sent may be there, and is looked for first."""
        policy = self._scope.policy
        if not push.values:
            return not policy.delete_there
        if push.external_id is None:
            return not push.attempts and not policy.create_there
        return await self._is_given_away(uow, push)

    async def _is_given_away(self, uow: UnitOfWork, push: Push) -> bool:
        """Whether the provider owns a field by now that it did not own when the push was decided."""
        theirs = self._owned(self._scope.policy, push)
        if not theirs or (await uow.runs.get(push.run_id)).kind in _BY_HAND:
            return False
        before = await self._policy_of(uow, push.created_at)
        given = theirs - self._owned(before, push) if before is not None else frozenset()
        link = await link_at(uow, push.account_id, push.kind, push.local_id) if given else None
        pins = await pins_of(uow, link) if link is not None else ()
        return bool(given - {pin.field for pin in pins if pin.law == Law.OURS.name})

    def _owned(self, policy: Policy, push: Push) -> frozenset[str]:
        """Its fields that the provider owns, of those that there are."""
        fields = [self._schema.by_name[name] for name in push.values if name in self._schema.by_name]
        return frozenset(field.name for field in fields if policy.law(field).owner is Side.THEIRS)

    async def _policy_of(self, uow: UnitOfWork, moment: datetime) -> Policy | None:
        """None: it names what is not there any more."""
        try:
            return await self._policies.effective(uow, self._scope.account_id, self._schema, at=moment)
        except InvalidValue:
            return None
