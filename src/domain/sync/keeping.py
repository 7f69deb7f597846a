"""Whether what a side shows can be kept: sources and entities are written by others, and one bad value stops no run."""

from collections.abc import Mapping
from functools import lru_cache

from ..shared.errors import InvalidValue
from ..shared.text import kept_size
from .canonical import Value, Values

# What every store and every reader of JSON keeps.
_LARGEST = 2**63 - 1


def check_values(values: Values) -> None:
    """Raises InvalidValue, naming the field, for a value that is none (see ``Value``) or that cannot be kept; and for
    what is no mapping of texts to values.
    """
    if type(values) is not dict and not isinstance(values, Mapping):
        raise InvalidValue(f"the values of a record are a mapping, not a {type(values).__name__}", field="values")
    _check_names(tuple(values))
    if not _are_plain(values):
        for name, value in values.items():
            _check(value, name)


def _are_plain(values: Values) -> bool:
    """Whether they are texts that can be kept, flags and nothing else, as most records are: all texts are looked at
    together, which takes a third of the time.
    """
    texts = []
    for value in values.values():
        if type(value) is str:
            texts.append(value)
        elif value is not None and type(value) is not bool:
            return False
    try:
        kept_size("".join(texts), "values")
    except InvalidValue:
        return False
    return True


# The records of a source name the same fields, in the same order: looked at once, not once per record.
@lru_cache(maxsize=256)
def _check_names(names: tuple[object, ...]) -> None:
    for name in names:
        if not isinstance(name, str):
            raise InvalidValue(f"the name of a field is a text, not {name!r}", field="values")
        kept_size(name, "the name of a field")


def _check(value: Value, field: str) -> None:
    """By exact types: a parser's own sort of text is none to what keeps it, and would stop the whole batch."""
    kind = type(value)
    if value is None or kind is bool:
        return
    if isinstance(value, str) and kind is str:
        kept_size(value, field)
    elif isinstance(value, tuple) and kind is tuple and all(type(text) is str for text in value):
        for text in value:
            kept_size(text, field)
    elif not isinstance(value, int) or kind is not int:
        raise InvalidValue(
            f"{field} is a text, a whole number, a flag or a tuple of texts, not a {_told(value)}", field=field
        )
    elif abs(value) > _LARGEST:
        raise InvalidValue(f"{field} is a number of more than 64 bits, which cannot be kept", field=field)


def _told(value: object) -> str:
    """What it is instead. Of a sort of text or number that is somebody's own, also what would make it a plain one."""
    kind = type(value)
    for plain in (str, int, tuple):
        if isinstance(value, plain) and kind is not plain:
            return f"{kind.__name__}: make it a plain {plain.__name__} first"
    return "tuple of anything else" if kind is tuple else kind.__name__


def check_external_id(external_id: str) -> None:
    """Raises InvalidValue, with the id as Python writes it, unless it is a text that can be kept."""
    if type(external_id) is not str:
        raise InvalidValue(
            f"the record {external_id!r} cannot be taken: its id is a text, not a {_told(external_id)}",
            field="external_id",
        )
    try:
        size = kept_size(external_id, "its id")
    except InvalidValue as error:
        raise InvalidValue(
            f"the record {external_id!r} cannot be taken: {error.message}", field="external_id"
        ) from None
    if not size:
        raise InvalidValue("a record without an id cannot be taken", field="external_id")
