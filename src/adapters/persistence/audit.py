"""The audit log."""

from collections.abc import Sequence

from sqlalchemy import bindparam

from ...application.ports.readers import AuditEntry, AuditLog
from ...domain.shared.ids import EntryId, TenantId
from .connection import Database
from .mappers import staff
from .repositories.entities import rows_of
from .tables import AUDIT_ENTRY

LATEST = (
    rows_of(AUDIT_ENTRY)
    .order_by(AUDIT_ENTRY.c.at.desc(), AUDIT_ENTRY.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


class SqlAuditLog(AuditLog):
    """The table ``audit_entry``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, tenant_id: TenantId, entry: AuditEntry) -> None:
        """In a transaction of its own."""
        row = staff.audit_row(tenant_id, EntryId(self._database.ids.new()), entry)
        async with self._database.writing() as transaction:
            await transaction.insert(AUDIT_ENTRY, (row,), 1)
            await transaction.commit()

    async def latest(self, tenant_id: TenantId, *, limit: int, offset: int = 0) -> Sequence[AuditEntry]:
        """By instant; of one instant, the one added last first."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(LATEST, {"tenant_id": tenant_id, "limit": limit, "offset": offset})
        return [staff.audit_entry(row) for row in rows]
