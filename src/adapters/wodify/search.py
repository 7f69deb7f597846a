"""Wodify's search language: ``field|op|value``, texts in single quotes. Some characters cannot be written in it."""

from collections.abc import Sequence

_UNWRITABLE = frozenset("';|")
_UNWRITABLE_IN_LISTS = _UNWRITABLE | frozenset("{},")


def text_query(field: str, texts: Sequence[str]) -> str | None:
    """A query for records whose ``field`` is one of the texts; None when that cannot be written down."""
    unwritable = _UNWRITABLE if len(texts) == 1 else _UNWRITABLE_IN_LISTS
    if not texts or any(not text or unwritable & set(text) or not text.isprintable() for text in texts):
        return None
    if len(texts) == 1:
        return f"{field}|eq|'{texts[0]}'"
    quoted = ",".join(f"'{text}'" for text in texts)
    return f"{field}|in|{{{quoted}}}"
