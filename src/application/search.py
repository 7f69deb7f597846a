"""How free text finds people and tasks: one rule for every store."""

import re
import unicodedata
from functools import lru_cache

# Letters that a person may type without their stroke or in two, and that Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def search_text(*parts: str | None) -> str:
    """What of a record can be found: the parts that it has, without case and accents, one a line."""
    return _folded("\n".join(filter(None, parts)))


def search_words(q: str | None) -> tuple[str, ...]:
    """The words of a query; a record is found when its ``search_text`` contains every one of them, in any order.

    No words (no query, or only blanks): everything is found.
    """
    return tuple(_folded(q or "").split())


def _folded(text: str) -> str:
    plain = text.casefold()
    return plain if plain.isascii() else _FOREIGN.sub(_without_accents, plain)


def _without_accents(run: re.Match[str]) -> str:
    return _bare(run.group())


# The same few letters over and over: looked up, a name costs a tenth of what it costs to take apart.
@lru_cache(maxsize=4096)
def _bare(run: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", run).casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
    return unicodedata.normalize("NFC", bare)  # syllables of Hangul whole again
