"""Schedules."""

from ....domain.schedules.schedule import Schedule
from ....domain.schedules.timing import Cron, Every, Timing
from ...cron import read_cron
from .values import Row, texts, to_json


def schedule_row(s: Schedule) -> Row:
    """To write."""
    cron = s.timing if isinstance(s.timing, Cron) else None
    return (
        s.tenant_id,
        s.id,
        s.name,
        s.kind,
        to_json(s.payload),
        s.timing.seconds if isinstance(s.timing, Every) else None,
        cron.expression if cron else None,
        cron.zone if cron else None,
        s.paused_at,
        s.next_at,
        s.last_tick_at,
        s.created_at,
        s.version,
    )


def schedule(row: Row) -> Schedule:
    """As read. Raises InvalidValue for an expression that cannot be read any more."""
    timing: Timing = Cron(row[6], read_cron(row[6]), row[7]) if row[5] is None else Every(row[5])
    return Schedule(
        tenant_id=row[0],
        id=row[1],
        name=row[2],
        kind=row[3],
        payload=texts(row[4]),
        timing=timing,
        paused_at=row[8],
        next_at=row[9],
        last_tick_at=row[10],
        created_at=row[11],
        version=row[12],
    )
