"""Spans of time for people."""

from datetime import timedelta

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
# What rounds to 60.0 is a minute.
_MINUTE_S = 59.95


def greatest_unit(span: timedelta | None) -> str:
    """As ``45 s``, ``12 min``, ``5 h`` or ``3 d``: the greatest unit that fits; nothing where there is none."""
    if span is None:
        return ""
    seconds = max(int(span.total_seconds()), 0)
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds // size} {unit}"


def took(span: timedelta | None) -> str:
    """How long something took: ``0.4 s``, from a minute on in the two greatest units; nothing where nobody knows."""
    if span is None:
        return ""
    seconds = span.total_seconds()
    return f"{seconds:.1f} s" if seconds < _MINUTE_S else two_units(round(seconds))


def seconds_of(span: timedelta | None) -> float | None:
    """For programs, to the millisecond."""
    return None if span is None else round(span.total_seconds(), 3)


def two_units(seconds: int) -> str:
    """In its two greatest units: ``1 d 4 h``, ``30 min``, ``45 s``."""
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"
