"""What is due in the installation."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from ...application.ports.schedules import Agenda, Due
from .connection import Database
from .tables import SCHEDULE

_INSTANT = SCHEDULE.c.next_at.type

DUE = (
    select(SCHEDULE.c.tenant_id, SCHEDULE.c.id, SCHEDULE.c.next_at)
    .where(SCHEDULE.c.next_at <= bindparam("now", type_=_INSTANT))
    .order_by(SCHEDULE.c.next_at, SCHEDULE.c.tenant_id, SCHEDULE.c.id)
    .limit(bindparam("limit"))
)
NEXT_TICK = select(func.min(SCHEDULE.c.next_at)).where(SCHEDULE.c.next_at > bindparam("after", type_=_INSTANT))


class SqlAgenda(Agenda):
    """Reads of their own, by the index on ``next_at``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, *, limit: int) -> Sequence[Due]:
        """Only what must be known to open their units of work."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(DUE, {"now": now, "limit": limit})
        return [Due(tenant_id=row[0], schedule_id=row[1], at=row[2]) for row in rows]

    async def next_tick(self, after: datetime) -> datetime | None:
        """One entry of the index."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(NEXT_TICK, {"after": after})
        first: datetime | None = rows[0][0]
        return first
