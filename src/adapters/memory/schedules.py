"""Schedules in memory."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ...application.ports.schedules import Agenda, Due, Schedules
from ...domain.schedules.schedule import Schedule
from ...domain.shared.errors import NotFound
from ...domain.shared.ids import ScheduleId, TenantId
from .entities import MemoryVersioned
from .store import MemoryStore
from .tables import Draft


class MemorySchedules(MemoryVersioned[Schedule, ScheduleId], Schedules):
    """A tenant's schedules."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Schedule]) -> None:
        super().__init__("schedule", tenant_id, rows, lambda s: rows.among("name", s.name))

    async def all(self) -> Sequence[Schedule]:
        """Copies, by name."""
        return [self._rows.copy(row) for row in sorted(self._rows.all(), key=lambda s: s.name)]

    async def remove(self, schedule_id: ScheduleId) -> None:
        """Nothing else knows it."""
        if schedule_id not in self._rows:
            raise NotFound("schedule", schedule_id)
        self._rows.remove(schedule_id)


class MemoryAgenda(Agenda):
    """Sees what is committed, of all tenants."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def due(self, now: datetime, *, limit: int) -> Sequence[Due]:
        """The longest waiting first."""
        return [due for due in self._all() if due.at <= now][:limit]

    async def next_tick(self, after: datetime) -> datetime | None:
        """The first of all that come later."""
        return min((due.at for due in self._all() if due.at > after), default=None)

    def _all(self) -> Sequence[Due]:
        found = (
            Due(tenant_id=s.tenant_id, schedule_id=s.id, at=s.next_at)
            for room in self._store.rooms
            for _, s in room.schedules.items()
            if s.next_at is not None
        )
        return sorted(found, key=lambda due: (due.at, due.tenant_id, due.schedule_id))
