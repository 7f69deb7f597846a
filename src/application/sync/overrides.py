"""What people and undos pinned is listed, and taken away again."""

from collections.abc import Sequence

import attrs

from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.override import Override
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class ListOverrides:
    """By account, kind, external id and field."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, *, limit: int = 100, offset: int = 0) -> Sequence[Override]:
        """A window of them."""
        return await self._transactions.read(tenant_id, lambda uow: uow.overrides.all(limit=limit, offset=offset))


@attrs.frozen
class RemoveOverride:
    """The policy holds again: the next run looks at the record anew. Raises NotFound."""

    _transactions: Transactions

    async def __call__(
        self, tenant_id: TenantId, *, account_id: AccountId, kind: str, external_id: str, field: str
    ) -> None:
        """Take one away."""

        async def work(uow: UnitOfWork) -> None:
            await uow.overrides.remove(account_id, kind, external_id, field)
            await uow.due.add(account_id, kind, [external_id])

        await self._transactions.run(tenant_id, "remove_override", work)
