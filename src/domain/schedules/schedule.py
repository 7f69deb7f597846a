"""A schedule: a job that is asked for at every tick."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from ..shared.errors import InvalidValue
from ..shared.ids import ScheduleId, TenantId
from ..shared.unset import Unset
from .timing import Timing

NAME_MAX = 100
# A clock that is set back by less just shows some ticks once more, and they do not come twice.
_TOLERANCE = timedelta(minutes=5)


@attrs.define(eq=False, kw_only=True)
class Schedule:
    """``name`` is unique in the tenant; ``kind`` and ``payload`` are those of the job (domain/jobs).

    ``next_at`` is the next tick, None while it is paused; ``last_tick_at`` the last tick that asked for a job.
    All instants are UTC. Raises InvalidValue for a name or kind that is empty or too long.
    """

    id: ScheduleId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    name: str = attrs.field()
    kind: str = attrs.field(on_setattr=attrs.setters.frozen)
    payload: Mapping[str, str] = attrs.field(factory=dict)
    timing: Timing
    paused_at: datetime | None = None
    next_at: datetime | None
    last_tick_at: datetime | None = None
    created_at: datetime
    version: int = 0

    @name.validator
    def _name(self, _: object, value: str) -> None:
        _ensure_text(value, "name")

    @kind.validator
    def _kind(self, _: object, value: str) -> None:
        _ensure_text(value, "kind")

    @property
    def job_key(self) -> str:
        """The key of its jobs: while one is unfinished there is no second one (W18)."""
        return f"schedule:{self.id}"

    def is_due(self, now: datetime) -> bool:
        """Whether a tick has come."""
        return self.next_at is not None and self.next_at <= now

    def tick(self, now: datetime, *, skipped: bool = False) -> None:
        """One run for all ticks that have come, then wait for the next one; ``skipped``: no job was asked for."""
        if self.next_at is None or not self.is_due(now):
            return
        self.next_at = self.timing.next_after(now, last=self.next_at)
        if not skipped:
            self.last_tick_at = now

    def is_astray(self, now: datetime) -> bool:
        """Whether it waits for a tick that lies more than five minutes further ahead than its timing's next one: a
        clock that ran ahead set it."""
        return self.next_at is not None and self.next_at > self._first_after(now + _TOLERANCE)

    def bring_back(self, now: datetime) -> bool:
        """Wait for the next tick from now on if it is astray. Whether anything changed."""
        if not self.is_astray(now):
            return False
        self.next_at = self._first_after(now)
        return True

    def pause(self, now: datetime) -> bool:
        """No ticks until it is resumed. Twice keeps the first time. Whether anything changed."""
        if self.paused_at is not None:
            return False
        self.paused_at, self.next_at = now, None
        return True

    def resume(self, now: datetime) -> bool:
        """Tick again, counted from now; what was missed stays undone. Whether anything changed: nothing happens to one
        that is not paused."""
        if self.paused_at is None:
            return False
        self.paused_at, self.next_at = None, self._first_after(now)
        return True

    def edit(
        self,
        *,
        name: str | Unset,
        timing: Timing | Unset,
        payload: Mapping[str, str] | Unset,
        now: datetime,
    ) -> None:
        """Change what is not UNSET. A new timing counts from now. Raises InvalidValue."""
        if not isinstance(name, Unset):
            self.name = name
        if not isinstance(payload, Unset):
            self.payload = payload
        if not isinstance(timing, Unset) and timing != self.timing:
            self.timing = timing
            if self.paused_at is None:
                self.next_at = self._first_after(now)

    def _first_after(self, now: datetime) -> datetime:
        return self.timing.next_after(now, last=now)


def _ensure_text(value: str, field: str) -> None:
    if not value.strip() or len(value) > NAME_MAX:
        raise InvalidValue(f"a schedule's {field} has 1 to {NAME_MAX} characters", field=field)
