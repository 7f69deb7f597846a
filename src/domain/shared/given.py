"""What is given by somebody without a type checker: refused in words that name it, or kept as it was."""

from collections.abc import Mapping
from typing import Any

from .errors import InvalidValue
from .fixed import Fixed, fixed
from .text import quoted

_DICTS = frozenset({dict, Fixed})


def ensure_mapping(value: object, field: str, wanted: str) -> None:
    """Raises InvalidValue, saying what is ``wanted`` of the field, for no mapping."""
    if type(value) not in _DICTS and not isinstance(value, Mapping):
        raise InvalidValue(f"{field} is {wanted}, not {quoted(value)}", field=field)


def own(value: Mapping[Any, Any], field: str, wanted: str) -> Fixed[Any, Any]:
    """A copy that nobody changes. Raises InvalidValue as ``ensure_mapping`` does."""
    ensure_mapping(value, field, wanted)
    return fixed(value)


def ensure_is(kind: Any, value: object, field: str, more: str = "") -> None:
    """Raises InvalidValue for a value of another type than ``kind``; ``more`` tells more of what is asked for."""
    if not isinstance(value, kind):
        an = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise InvalidValue(f"{field} is {an} {kind.__name__}{more}, not {quoted(value)}", field=field)


def ensure_whole(value: object, field: str, least: int, most: int) -> None:
    """Raises InvalidValue unless it is a whole number within these bounds, both included; a flag is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidValue(f"{field} is a whole number from {least} to {most}, not {quoted(value)}", field=field)


def ensure_flag(value: object, field: str) -> None:
    """Raises InvalidValue unless it is a truth value: a word for one, such as "no", is true to Python."""
    if not isinstance(value, bool):
        raise InvalidValue(f"{field} is true or false, not {quoted(value)}", field=field)
