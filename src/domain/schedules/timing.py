"""When a schedule ticks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from ..shared.errors import InvalidValue
from ..shared.time_range import as_utc
from ..shared.zones import ensure_zone
from .cron import CronFields
from .ticks import ticks

SHORTEST_S, LONGEST_S = 1, 366 * 86_400


@attrs.frozen
class Every:
    """Every so many elapsed seconds, from 1 to those of 366 days, whatever clocks do. Raises InvalidValue."""

    seconds: int = attrs.field()

    @seconds.validator
    def _bounds(self, _: object, value: int) -> None:
        if not SHORTEST_S <= value <= LONGEST_S:
            raise InvalidValue(f"an interval has {SHORTEST_S} to {LONGEST_S} seconds, not {value}", field="every_s")

    def next_after(self, now: datetime, *, last: datetime) -> datetime:
        """The first tick after ``now``, counted from the tick ``last``: those that were missed are left out."""
        elapsed = max(as_utc(now) - as_utc(last), timedelta())
        missed = elapsed // timedelta(seconds=self.seconds)
        return as_utc(last) + timedelta(seconds=(missed + 1) * self.seconds)


@attrs.frozen
class Cron:
    """A cron expression, with what it says, in an IANA zone. How it meets clock changes: see ``ticks``.

    Raises InvalidValue for an unknown zone.
    """

    expression: str
    fields: CronFields = attrs.field(repr=False)
    zone: str = attrs.field(default="UTC")

    @zone.validator
    def _zone(self, _: object, value: str) -> None:
        ensure_zone(value)

    def next_after(self, now: datetime, *, last: datetime | None = None) -> datetime:  # noqa: ARG002 - as Every's
        """The first tick after ``now`` in UTC; the ticks before it do not matter."""
        return next(ticks(self.fields, as_utc(now), ZoneInfo(self.zone)))


Timing = Every | Cron
