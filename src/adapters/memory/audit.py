"""The audit log in memory."""

from collections.abc import Sequence

from ...application.ports.readers import AuditEntry, AuditLog
from ...domain.shared.ids import TenantId
from .store import MemoryStore


class MemoryAuditLog(AuditLog):
    """Lines of all tenants, each in its room."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def append(self, tenant_id: TenantId, entry: AuditEntry) -> None:
        """It is there at once. Raises NotFound for an unknown tenant."""
        self._store.room(tenant_id).audit.append(entry)

    async def latest(self, tenant_id: TenantId, *, limit: int, offset: int = 0) -> Sequence[AuditEntry]:
        """By instant; of one instant, the one added last first."""
        latest_added_first = reversed(self._store.room(tenant_id).audit)
        return sorted(latest_added_first, key=lambda entry: entry.at, reverse=True)[offset : offset + limit]
