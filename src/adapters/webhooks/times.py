"""Instants as providers write them, as aware UTC; None for whatever is none."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)


def read_instant(text: str | None, *, zone_unsaid: bool = False) -> datetime | None:
    """From RFC 3339 with an offset; ``zone_unsaid``: without one it is UTC."""
    found = _RFC3339.fullmatch(text or "")
    if found is None or not (found[4] or zone_unsaid):
        return None
    fraction = (found[3] or ".0")[:7]
    offset = "+00:00" if found[4] in {None, "Z", "z"} else found[4]
    try:
        whole = datetime.fromisoformat(f"{found[1]}T{found[2]}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return whole.replace(microsecond=int(fraction[1:].ljust(6, "0")))


def from_seconds(seconds: int | None) -> datetime | None:
    """From Unix seconds."""
    return None if seconds is None else _since_epoch(timedelta(seconds=1), seconds)


def from_milliseconds(milliseconds: int | None) -> datetime | None:
    """From Unix milliseconds."""
    return None if milliseconds is None else _since_epoch(timedelta(milliseconds=1), milliseconds)


def milliseconds_of(instant: datetime) -> int:
    """Unix milliseconds, rounded down."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def microseconds_of(instant: datetime) -> int:
    """Unix microseconds."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def written(instant: datetime | None) -> str | None:
    """RFC 3339 with a Z, as values of facts carry it."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")


def _since_epoch(unit: timedelta, count: int) -> datetime | None:
    try:
        return _EPOCH + count * unit
    except OverflowError:
        return None
