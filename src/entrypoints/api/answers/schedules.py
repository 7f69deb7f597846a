"""Schedules."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ....application.schedules.shown import ShownSchedule
from ....domain.schedules.timing import Cron, Every
from .values import Answer


class ScheduleAnswer(Answer):
    """``every_s``, or ``cron`` and ``zone``. ``status``: active, paused or disabled; ``reason`` says why its jobs
    cannot be done. ``next_at`` is null while it is paused or disabled."""

    id: UUID
    name: str
    kind: str
    payload: Mapping[str, str]
    every_s: int | None
    cron: str | None
    zone: str | None
    status: str
    reason: str | None
    next_at: datetime | None
    last_tick_at: datetime | None
    paused_at: datetime | None
    created_at: datetime
    version: int


class SchedulesAnswer(Answer):
    """Every schedule, by name."""

    schedules: list[ScheduleAnswer]
    count: int


class OneScheduleAnswer(Answer):
    """One schedule."""

    schedule: ScheduleAnswer


class ScheduleRunAnswer(Answer):
    """The job that a worker will do."""

    job_id: str


def schedule(shown: ShownSchedule) -> ScheduleAnswer:
    """A schedule as it stands."""
    entity, timing = shown.schedule, shown.schedule.timing
    return ScheduleAnswer(
        id=entity.id,
        name=entity.name,
        kind=entity.kind,
        payload=entity.payload,
        every_s=timing.seconds if isinstance(timing, Every) else None,
        cron=timing.expression if isinstance(timing, Cron) else None,
        zone=timing.zone if isinstance(timing, Cron) else None,
        status=shown.state.value,
        reason=shown.reason,
        next_at=shown.next_run_at,
        last_tick_at=entity.last_tick_at,
        paused_at=entity.paused_at,
        created_at=entity.created_at,
        version=entity.version,
    )
