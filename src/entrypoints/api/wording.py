"""What the decoder says about a value, in words for whoever sent it."""

import re
from collections.abc import Sequence

_INSTANT = "an instant with its offset, such as 2026-04-30T10:00:00Z"
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number such as 12.50",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "uuid": "a UUID",
    "date": "a date such as 2026-04-30",
    "datetime": _INSTANT,
    "null": "null",
}
_WRONG_KIND = re.compile(r"Expected `([^`]+)`(?:, got `[^`]+`)?")
_LENGTH = re.compile(r"Expected `(str|object|array)` of length (>=|<=) (\d+)")
_RANGE = re.compile(r"Expected `\w+` (>=|<=) (\d+)")
# By how a text begins: the longer beginning before that which it begins with.
_SAID = {
    "Invalid UUID": "a UUID",
    "Invalid decimal string": "a number such as 12.50",
    "Invalid RFC3339 encoded datetime": _INSTANT,
    "Invalid RFC3339 encoded date": "a date such as 2026-04-30",
    "Expected `datetime` with a timezone component": _INSTANT,
    "Expected `str` matching regex": "a text without NUL characters",
}
_LIMITS = {">=": "at least", "<=": "at most"}


def wording(message: str, field: str, words: Sequence[str] = ()) -> str:
    """``limit must be a whole number`` for ``Expected `int`, got `str```. What is not known stays as it was said.

    ``words`` are those that the field takes, where that is known.
    """
    name = field.rpartition(".")[2] or field or "the body"
    expected = _expected(message, words)
    return f"{name} must {expected}" if expected else message


def _expected(message: str, words: Sequence[str]) -> str | None:
    for start, kind in _SAID.items():
        if message.startswith(start):
            return f"be {kind}"
    length = _LENGTH.match(message)
    if length:
        return f"have {_LIMITS[length[2]]} {length[3]} {'characters' if length[1] == 'str' else 'entries'}"
    bounds = _RANGE.match(message)
    if bounds:
        return f"be {_LIMITS[bounds[1]]} {bounds[2]}"
    if message.startswith("Invalid enum value"):
        known = ", ".join(words) or "the words that the description lists"
        return f"be one of {known}, not {message.removeprefix('Invalid enum value ')}"
    wrong = _WRONG_KIND.fullmatch(message)
    if wrong:
        return "be " + " or ".join(_KINDS.get(kind.strip(), kind.strip()) for kind in wrong[1].split("|"))
    return None
