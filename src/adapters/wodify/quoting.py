"""Texts from answers, made fit to be kept and to be shown in errors."""

_LONGEST_WORD = 40
_LONGEST_MESSAGE = 300


def storable(text: str) -> str:
    """Without NUL, which JSON allows and PostgreSQL cannot store."""
    return text.replace("\0", "")


def word(text: str) -> str:
    """A name out of an answer, cut to 40 characters; what cannot be printed is a question mark."""
    return _cut("".join(sign if sign.isprintable() else "?" for sign in text[: _LONGEST_WORD + 1]), _LONGEST_WORD)


def message(text: str) -> str:
    """A whole message that quotes an answer, cut to 300 characters."""
    return _cut(text, _LONGEST_MESSAGE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
