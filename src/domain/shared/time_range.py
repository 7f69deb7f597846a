"""A half-open span of aware instants."""

from datetime import UTC, datetime, timedelta
from typing import Self

import attrs

from .errors import InvalidValue


def as_utc(moment: datetime, field: str = "time") -> datetime:
    """The same instant in UTC.

    Raises InvalidValue for a naive datetime (no zone is ever guessed) and for an instant outside years 1-9999.
    """
    if moment.utcoffset() is None:
        raise InvalidValue(f"{field} needs a time zone", field=field)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidValue(f"{field} lies outside the calendar", field=field) from None


@attrs.frozen(order=True, init=False)
class TimeRange:
    """``[start, end)`` in UTC. Raises InvalidValue when naive, empty or backwards."""

    start: datetime
    end: datetime

    def __init__(self, start: datetime, end: datetime) -> None:
        start, end = as_utc(start, "start"), as_utc(end, "end")
        if end <= start:
            raise InvalidValue("a time range must end after it starts", field="end")
        self.__attrs_init__(start, end)

    @classmethod
    def lasting(cls, start: datetime, duration: timedelta) -> Self:
        """The span of elapsed ``duration`` from ``start``, whatever clocks do meanwhile. Raises InvalidValue."""
        start = as_utc(start, "start")
        try:
            return cls(start, start + duration)
        except OverflowError:
            raise InvalidValue("end lies outside the calendar", field="end") from None

    @property
    def duration(self) -> timedelta:
        """Elapsed time, clock changes included."""
        return self.end - self.start

    def overlaps(self, other: "TimeRange") -> bool:
        """Whether they share an instant; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, moment: datetime) -> bool:
        """Whether the instant lies in the span; the end does not."""
        return self.start <= as_utc(moment) < self.end
