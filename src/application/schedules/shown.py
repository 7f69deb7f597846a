"""A schedule as people see it."""

import enum
from datetime import datetime

import attrs

from ...domain.schedules.schedule import Schedule
from ..ports.unit_of_work import UnitOfWork
from .readiness import Readiness


class ScheduleState(enum.Enum):
    """``disabled``: its jobs cannot be done here, and its ticks pass by; it needs no person to enable it then."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


@attrs.frozen(kw_only=True)
class ShownSchedule:
    """``reason`` says why it is disabled, or would be if it were not paused."""

    schedule: Schedule
    state: ScheduleState
    reason: str | None = None

    @property
    def next_run_at(self) -> datetime | None:
        """When its next tick asks for a job; None while none will, because it is paused or disabled."""
        return self.schedule.next_at if self.state is ScheduleState.ACTIVE else None


@attrs.frozen
class Shows:
    """Shared by the use cases."""

    _readiness: Readiness

    async def __call__(self, uow: UnitOfWork, schedule: Schedule) -> ShownSchedule:
        """With its state now."""
        reason = self._readiness.why_not(schedule.kind, await uow.accounts.all())
        state = ScheduleState.ACTIVE if reason is None else ScheduleState.DISABLED
        if schedule.paused_at is not None:
            state = ScheduleState.PAUSED
        return ShownSchedule(schedule=schedule, state=state, reason=reason)
