"""What people and undos pinned is listed, and taken away again."""

from collections.abc import Sequence

import attrs

from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.decision import WHOLE
from ...domain.sync.override import Override
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .by_hand import ByHand


@attrs.frozen
class ListOverrides:
    """By account, kind, external id and field."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, *, limit: int = 100, offset: int = 0) -> Sequence[Override]:
        """A window of them."""
        return await self._transactions.read(tenant_id, lambda uow: uow.overrides.all(limit=limit, offset=offset))


@attrs.frozen
class RemoveOverride:
    """The policy holds again: the next run looks at the record anew; one that was kept away is made anew.

    Raises NotFound.
    """

    _transactions: Transactions
    _by_hand: ByHand

    async def __call__(
        self, tenant_id: TenantId, *, account_id: AccountId, kind: str, external_id: str, field: str
    ) -> None:
        """Take one away."""

        async def work(uow: UnitOfWork) -> None:
            await uow.overrides.remove(account_id, kind, external_id, field)
            if field == WHOLE:
                await self._let_in(uow, account_id, kind, external_id)
            await uow.due.add(account_id, kind, [external_id])

        await self._transactions.run(tenant_id, "remove_override", work)

    async def _let_in(self, uow: UnitOfWork, account_id: AccountId, kind: str, external_id: str) -> None:
        """Without its link a record that we have no more is new to the next run."""
        link = (await uow.sync_records.by_external_ids(account_id, kind, [external_id])).get(external_id)
        hand = await self._by_hand.hold(uow, account_id, kind, None)
        if link is not None and link.local_id not in await hand.kind.load(uow, [link.local_id]):
            await uow.sync_records.remove_many(account_id, kind, [external_id])
