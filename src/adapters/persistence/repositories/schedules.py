"""Schedules of a tenant."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete

from ....application.ports.schedules import Schedules
from ....domain.schedules.schedule import Schedule
from ....domain.shared.errors import NotFound
from ....domain.shared.ids import ScheduleId
from ..mappers import schedules
from ..tables import SCHEDULE
from .entities import Shape, SqlVersioned, rows_of

SCHEDULES = Shape("schedule", SCHEDULE, schedules.schedule_row, schedules.schedule)

_REMOVE = delete(SCHEDULE).where(SCHEDULE.c.tenant_id == bindparam("tenant_id"), SCHEDULE.c.id == bindparam("id"))


class SqlSchedules(SqlVersioned[Schedule, ScheduleId], Schedules):
    """The table ``schedule``."""

    async def all(self) -> Sequence[Schedule]:
        """By index."""
        return await self._select(rows_of(SCHEDULE).order_by(SCHEDULE.c.name))

    async def remove(self, schedule_id: ScheduleId) -> None:
        """By primary key."""
        if not await self._transaction.execute(_REMOVE, {"tenant_id": self._tenant_id, "id": schedule_id}):
            raise NotFound("schedule", schedule_id)
