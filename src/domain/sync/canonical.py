"""Canonical forms: what two values of a field are compared by, so that another spelling is no edit.

Each takes a value of any type and gives back what it cannot read as it is: a canonical form never raises, and applied
to its own result it changes nothing.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from ..shared.text import folded_text

# What a field can hold. Dates and instants are ISO 8601 texts, money "12.50 EUR", sets sorted tuples:
# everything compares, sorts and serialises the same on every side.
Value = str | int | bool | tuple[str, ...] | None
Values = Mapping[str, Value]
Canonical = Callable[[Value], Value]


def typed(value: Value) -> object:
    """What a value is told apart by: to Python, ``True`` equals ``1``."""
    return type(value), value


_LONGEST_DECIMAL = 60
_READINGS = 1024


def plain(value: Value) -> Value:
    """Trimmed; empty text and empty set are None (nothing was said)."""
    if isinstance(value, str):
        return value.strip() or None
    return None if value == () else value


def folded(value: Value) -> Value:
    """Trimmed, without regard to case and Unicode composition: e-mail addresses, state words."""
    return plain(folded_text(value) if isinstance(value, str) else value)


def decimal(value: Value) -> Value:
    """A decimal number, alone or before a word such as a currency, without leading or trailing zeros.

    ``"049.50 EUR"`` and ``"49.5 EUR"`` are the same; a text that is no number stays as it is. Rounds nothing.
    """
    if not isinstance(value, str):
        return value
    number, _, unit = value.strip().partition(" ")
    if not number or len(number) > _LONGEST_DECIMAL:
        return plain(value)
    try:
        read = Decimal(number)
    except InvalidOperation:
        return plain(value)
    if not read.is_finite() or abs(read.adjusted()) > _LONGEST_DECIMAL:
        return plain(value)
    whole, _, fraction = format(read, "f").partition(".")
    fraction = fraction.rstrip("0")
    text = f"{whole}.{fraction}" if fraction else whole
    return " ".join(part for part in ("0" if text == "-0" else text, unit.strip().upper()) if part)


def day(value: Value) -> Value:
    """A civil date, as ``1990-01-01``: ISO 8601 knows ``19900101`` and ``1990-W01-1``, too.

    A text that is no date stays as it is.
    """
    if not isinstance(value, str):
        return plain(value)
    try:
        return date.fromisoformat(value.strip()).isoformat()
    except (ValueError, OverflowError):
        return plain(value)


def phone(read: Callable[[str], str]) -> Canonical:
    """Telephone numbers by what ``read`` makes of a text: E.164, where it can tell, else what comes nearest to it.

    Numbering plans are not of this package; reading by them is slow, and one decision asks for the same number several
    times, so that the latest readings are remembered.
    """
    remembered = lru_cache(maxsize=_READINGS)(read)

    def number(value: Value) -> Value:
        return plain(remembered(value)) if isinstance(value, str) else plain(value)

    return number


def sorted_set(value: Value) -> Value:
    """Trimmed texts, each once, in order; an empty set is None."""
    if not isinstance(value, tuple):
        return plain(value)
    return tuple(sorted({text.strip() for text in value} - {""})) or None


def instant(resolution_s: int) -> Canonical:
    """Instants (ISO 8601 with offset), in UTC, cut to ``resolution_s`` seconds (from 1): what the coarser side keeps.

    A text without an offset is no instant and stays as it is.
    """

    def cut(value: Value) -> Value:
        if not isinstance(value, str):
            return value
        try:
            moment = datetime.fromisoformat(value.strip())
            if moment.utcoffset() is None:
                return plain(value)
            read = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return plain(value)
        return (_FIRST + (read - _FIRST) // _step * _step).isoformat()

    _step = timedelta(seconds=resolution_s)
    return cut


_FIRST = datetime.min.replace(tzinfo=UTC)
