"""Instants as people write them who look for something."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from .errors import InvalidValue
from .time_range import as_utc

MOMENT_FORMS = "a date such as 2026-11-21, or an instant with its offset such as 2026-11-21T09:00:00+01:00"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_moment(text: str, zone: str, field: str) -> datetime:
    """In UTC. A date is its first instant in ``zone`` (an IANA name); a time of day says its offset, none is guessed.

    Raises InvalidValue, which tells both forms, and for what lies outside the calendar.
    """
    try:
        if _DATE.fullmatch(text):
            return as_utc(datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)), field)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _unreadable(field) from None
    if moment.utcoffset() is None:
        raise _unreadable(field)
    return as_utc(moment, field)


def _unreadable(field: str) -> InvalidValue:
    return InvalidValue(f"{field} must be {MOMENT_FORMS}", field=field)
