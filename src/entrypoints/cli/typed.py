"""Values of fields that are typed in."""

import json
from collections.abc import Iterable

from ...domain.shared.errors import InvalidValue
from ...domain.sync.canonical import Value

_FLAGS = {"true": True, "false": False}


def typed_value(text: str, like: Iterable[Value]) -> Value:
    """The text as a value of the type of those that the field has held: ``true`` or ``false``, a whole number, a JSON
    list of texts for a set, else the text. Empty text is no value. Raises InvalidValue.
    """
    if not text.strip():
        return None
    kinds = {type(each) for each in like} - {type(None)}
    if kinds == {bool}:
        return _flag(text)
    if kinds == {int}:
        return _number(text)
    return _set(text) if kinds == {tuple} else text


def _flag(text: str) -> bool:
    if text not in _FLAGS:
        raise InvalidValue(f"this field is true or false, not {text!r}", field="value")
    return _FLAGS[text]


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidValue(f"this field is a whole number, not {text!r}", field="value") from None


def _set(text: str) -> tuple[str, ...]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, list) or not all(isinstance(each, str) for each in read):
        raise InvalidValue(f"""this field is a set, such as '["a", "b"]', not {text!r}""", field="value")
    return tuple(read)
