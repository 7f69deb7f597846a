"""Names of time zones."""

from functools import cache
from zoneinfo import available_timezones

from .errors import InvalidValue


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads the zone directory: milliseconds, too slow for every row loaded


def ensure_zone(name: str, field: str = "zone") -> None:
    """Raises InvalidValue unless it is an IANA name, such as ``Europe/Berlin``."""
    if name not in _zones():
        raise InvalidValue(f"{name!r} is no IANA time zone, such as Europe/Berlin", field=field)
