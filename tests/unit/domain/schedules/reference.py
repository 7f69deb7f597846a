"""Cron in a zone, told by looking at the clock every minute: slow, and made differently from what it judges."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tresen.domain.schedules.cron import CronFields

MINUTE = timedelta(minutes=1)


def fits(fields: CronFields, shown: datetime) -> bool:
    """Whether what the clock shows is in the fields."""
    day, weekday = shown.day in fields.days, (shown.weekday() + 1) % 7 in fields.weekdays
    return (
        shown.minute in fields.minutes
        and shown.hour in fields.hours
        and shown.month in fields.months
        and ((day or weekday) if fields.either_day else (day and weekday))
    )


def ticks(fields: CronFields, zone: str, start: datetime, end: datetime) -> list[datetime]:
    """Those in (start, end]. What the clock showed before is known from two days before."""
    found = []
    seen: set[datetime] = set()
    last: datetime | None = None
    for instant, shown in _minutes(zone, start - timedelta(days=2), end):
        skipped = [] if last is None else list(_between(last, shown))
        if fields.real_time:
            is_tick = fits(fields, shown)
        else:
            is_tick = (fits(fields, shown) and shown not in seen) or any(fits(fields, s) for s in skipped)
        if is_tick and instant > start:
            found.append(instant)
        seen.update((shown, *skipped))
        last = shown
    return found


def _minutes(zone: str, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    clock = ZoneInfo(zone)
    instant = start.astimezone(UTC).replace(second=0, microsecond=0)
    while instant <= end:
        yield instant, instant.astimezone(clock).replace(tzinfo=None)
        instant += MINUTE


def _between(last: datetime, shown: datetime) -> Iterator[datetime]:
    """The civil minutes that the clock has skipped."""
    last += MINUTE
    while last < shown:
        yield last
        last += MINUTE
