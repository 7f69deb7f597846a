"""Texts that every store can keep: SQLite keeps no halves of surrogate pairs, PostgreSQL no NUL either.

What people type has less room, and nothing in it that could steer a terminal.
"""

import unicodedata

from .errors import InvalidValue

# How many characters people may type, by every door.
LONGEST_LINE, LONGEST_PROSE = 200, 5_000
# How much of a value stands in the sentence that refuses it.
_LONGEST_QUOTE = 80

# Controls, and what ends lines and paragraphs; marks that join or direct letters belong to a script.
_CONTROLS = frozenset({"Cc", "Zl", "Zp"})
_IN_PROSE = frozenset("\n\r\t")


def folded_text(text: str) -> str:
    """Without regard to case and Unicode composition, as Unicode folds: ``Straße`` and ``STRASSE`` are the same."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def trimmed_text(text: str | None) -> str | None:
    """Without what stands around it; an empty text says nothing."""
    return (text or "").strip() or None


def storable(text: str) -> str:
    """The text without NULs, and with a question mark for each half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def quoted(value: object) -> str:
    """A value as the sentence that refuses it shows it: as Python writes it, cut where it is long, with nothing in it
    that cannot be kept; by its type where Python cannot write it, such as a list in itself a thousand times over.
    """
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - whatever somebody's type raises
        return f"a {type(value).__name__}"
    return storable(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…")


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


def check_length(text: str, field: str, *, longest: int) -> None:
    """Raises InvalidValue unless it has at most so many characters."""
    if len(text) > longest:
        raise InvalidValue(f"{field} must have at most {longest} characters", field=field)


def check_line(text: str, field: str) -> None:
    """Raises InvalidValue unless somebody may have typed it in one line."""
    _check_typed(text, field, longest=LONGEST_LINE)


def check_prose(text: str, field: str) -> None:
    """Raises InvalidValue unless somebody may have typed it, in as many lines as they like."""
    _check_typed(text, field, longest=LONGEST_PROSE, allowed=_IN_PROSE)


def _check_typed(text: str, field: str, *, longest: int, allowed: frozenset[str] = frozenset()) -> None:
    kept_size(text, field)
    check_length(text, field, longest=longest)
    if any(unicodedata.category(sign) in _CONTROLS for sign in text if sign not in allowed):
        raise InvalidValue(f"{field} must be a text without control characters", field=field)
