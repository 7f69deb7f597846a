"""What every store can keep of an event."""

import math

from ..domain.shared.errors import InvalidValue
from ..domain.shared.text import check_text
from ..domain.shared.time_range import as_utc
from .ports.events import NewEvent

NAME_MAX = 400
# With its kind, the name of a reaction and a tenant it fits into a line of an index.
SUBJECT_MAX = 1_000
_NUMBER_MAX = 2**63
_DEPTH_MAX = 32


def checked(event: NewEvent) -> NewEvent:
    """The event. Raises InvalidValue for a type or kind of more than 400 bytes, a subject's id of more than 1,000, a
    NUL in them; an instant without a zone; and data that are no JSON: halves of surrogate pairs, NaN and the
    infinities, whole numbers of more than 64 bits, other kinds of values, and more than 32 objects or lists in each
    other.
    """
    check_text(event.type, "type", longest=NAME_MAX, may_be_empty=True)
    check_text(event.subject_kind, "subject_kind", longest=NAME_MAX, may_be_empty=True)
    check_text(event.subject_id, "subject_id", longest=SUBJECT_MAX, may_be_empty=True)
    as_utc(event.occurred_at, "occurred_at")
    _check(dict(event.data), _DEPTH_MAX)
    return event


def _check(value: object, depth: int) -> None:
    if isinstance(value, list) and depth:
        within = value
    elif isinstance(value, dict) and depth and all(isinstance(key, str) and _is_plain(key) for key in value):
        within = list(value.values())
    elif _is_plain(value):
        return
    else:
        raise InvalidValue(f"an event cannot hold this {type(value).__name__}", field="data")
    for each in within:
        _check(each, depth - 1)


def _is_plain(value: object) -> bool:
    match value:
        case str():
            return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
        case float():
            return math.isfinite(value)
        case int():
            return -_NUMBER_MAX <= value < _NUMBER_MAX
        case _:
            return value is None
