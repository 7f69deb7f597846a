"""Whether what a side shows can be kept: sources and entities are written by others, and one bad value stops no run."""

from ..shared.errors import InvalidValue
from ..shared.text import kept_size
from .canonical import Value, Values

# What every store and every reader of JSON keeps.
_LARGEST = 2**63 - 1


def check_values(values: Values) -> None:
    """Raises InvalidValue, naming the field, for a value that is none (see ``Value``) or that cannot be kept."""
    for name, value in values.items():
        if type(value) is str:
            kept_size(value, name)
        elif value is not None:
            _check(value, name)


def _check(value: Value, field: str) -> None:
    if isinstance(value, str):
        kept_size(value, field)
    elif isinstance(value, tuple) and all(isinstance(text, str) for text in value):
        for text in value:
            kept_size(text, field)
    elif not isinstance(value, int):
        raise InvalidValue(
            f"{field} is a text, a whole number, a flag or a tuple of texts, not a {type(value).__name__}", field=field
        )
    elif abs(value) > _LARGEST:
        raise InvalidValue(f"{field} is a number of more than 64 bits, which cannot be kept", field=field)


def check_external_id(external_id: str) -> None:
    """Raises InvalidValue, with the id as Python writes it, unless it can be kept."""
    try:
        size = kept_size(external_id, "its id")
    except InvalidValue as error:
        raise InvalidValue(
            f"the record {external_id!r} cannot be taken: {error.message}", field="external_id"
        ) from None
    if not size:
        raise InvalidValue("a record without an id cannot be taken", field="external_id")
