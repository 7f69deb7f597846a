"""How free text finds people and tasks: one rule for every store."""

import unicodedata

# Letters that a person may type without their stroke or in two, and that Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


def search_text(*parts: str | None) -> str:
    """What of a record can be found: the parts that it has, without case and accents, one a line."""
    return _folded("\n".join(part for part in parts if part))


def search_words(q: str | None) -> tuple[str, ...]:
    """The words of a query; a record is found when its ``search_text`` contains every one of them, in any order.

    No words (no query, or only blanks): everything is found.
    """
    return tuple(_folded(q or "").split())


def _folded(text: str) -> str:
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
    return unicodedata.normalize("NFC", bare)  # syllables of Hangul whole again
