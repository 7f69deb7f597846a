"""Which of our records a record of a provider is, and the other way round."""

from collections.abc import Collection, Sequence
from uuid import UUID

import attrs

from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions


@attrs.frozen
class FindLinks:
    """Reads only; what is tied to nothing has no links."""

    _transactions: Transactions

    async def of_ours(self, tenant_id: TenantId, kind: str, local_id: UUID) -> Sequence[SyncRecord]:
        """Every link of one of our records."""
        return await self._transactions.read(tenant_id, lambda uow: uow.sync_records.of_local(kind, local_id))

    async def of_theirs(
        self, tenant_id: TenantId, kind: str, external_id: str, account_ids: Collection[AccountId]
    ) -> Sequence[SyncRecord]:
        """The links of the records of that id at these accounts."""

        async def ask(uow: UnitOfWork) -> Sequence[SyncRecord]:
            found = [await uow.sync_records.by_external_ids(each, kind, [external_id]) for each in account_ids]
            return [link for links in found for link in links.values()]

        return await self._transactions.read(tenant_id, ask)
