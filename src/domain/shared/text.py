"""Texts that every store can keep: SQLite keeps no halves of surrogate pairs, PostgreSQL no NUL either."""

from .errors import InvalidValue


def storable(text: str) -> str:
    """The text without NULs, and with a question mark for each half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def check_text(value: object, field: str, *, longest: int, may_be_empty: bool = False) -> None:
    """Raises InvalidValue unless it is a text that can be kept, of at most ``longest`` bytes in UTF-8."""
    if not isinstance(value, str):
        raise InvalidValue(f"{field} is a text, not a {type(value).__name__}", field=field)
    if not value and not may_be_empty:
        raise InvalidValue(f"{field} is empty", field=field)
    if kept_size(value, field) > longest:
        raise InvalidValue(f"{field} is longer than {longest} bytes", field=field)


def kept_size(text: str, field: str) -> int:
    """How many bytes it has in UTF-8. Raises InvalidValue unless every store can keep it as it is."""
    if "\0" in text:
        raise InvalidValue(f"{field} has a NUL in it, which cannot be kept", field=field)
    try:
        return len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        raise InvalidValue(f"{field} has half a surrogate pair in it, which cannot be kept", field=field) from None
