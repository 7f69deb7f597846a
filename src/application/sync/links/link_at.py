"""The link that a record of ours has."""

from uuid import UUID

from ....domain.shared.ids import AccountId
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork


async def link_at(uow: UnitOfWork, account_id: AccountId, kind: str, local_id: UUID) -> SyncRecord | None:
    """That at an account."""
    links = await uow.sync_records.of_local(kind, local_id)
    return next((link for link in links if link.account_id == account_id), None)
