"""When a cron expression ticks in a zone whose clocks are changed, as Debian's cron(8) has it.

With ``*`` or a step in hour or minute, the expression follows real time: every minute that the clock shows and that
fits, so none inside a gap and both of a doubled hour. Otherwise it names fixed times, and each of them ticks exactly
once per civil day: at the instant at which the gap ends when the clock skips it, the first time when it shows it twice.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .cron import CronFields

_MINUTE, _DAY, _SECOND = timedelta(minutes=1), timedelta(days=1), timedelta(seconds=1)


def ticks(fields: CronFields, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Every tick after that aware instant, in order, in UTC. They end with the calendar, by an OverflowError."""
    return _real_time(fields, after, zone) if fields.real_time else _fixed_times(fields, after, zone)


def _fixed_times(fields: CronFields, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    times = [time(hour, minute) for hour in sorted(fields.hours) for minute in sorted(fields.minutes)]
    day = after.astimezone(zone).date()
    while True:
        if fields.on(day):
            for at in times:
                tick = _instant_of(day, at, zone)
                if tick > after:
                    yield tick
                    after = tick
        day += _DAY


def _instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clock shows that civil time first; where it never does, when the gap around it ends."""
    shown = datetime.combine(day, at, zone)
    instant = shown.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
        return instant
    before = shown.replace(fold=1).astimezone(UTC)
    return _change_between(before, instant, zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the one clock change in (before, after], to the second, as zones have them."""
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _real_time(fields: CronFields, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    instant = _next_minute(after, zone)
    while True:
        shown = instant.astimezone(zone)
        if not fields.on(shown.date()):
            instant = _leap(instant, shown, zone, timedelta(hours=24 - shown.hour, minutes=-shown.minute))
        elif shown.hour not in fields.hours:
            instant = _leap(instant, shown, zone, timedelta(minutes=60 - shown.minute))
        else:
            if shown.minute in fields.minutes:
                yield instant
            instant = _next_minute(instant, zone)


def _leap(instant: datetime, shown: datetime, zone: ZoneInfo, by: timedelta) -> datetime:
    """Ahead by that much, or by a minute where the clocks change on the way: what they show then must not be missed."""
    there = instant + by
    return there if there.astimezone(zone).utcoffset() == shown.utcoffset() else _next_minute(instant, zone)


def _next_minute(instant: datetime, zone: ZoneInfo) -> datetime:
    """The next instant at which the clock shows a whole minute; historic offsets have seconds, too."""
    shown = instant.astimezone(zone)
    return instant.astimezone(UTC) + _MINUTE - timedelta(seconds=shown.second, microseconds=shown.microsecond)
