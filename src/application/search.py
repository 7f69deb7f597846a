"""How free text finds people and tasks: one rule for every store."""


def search_text(*parts: str | None) -> str:
    """What of a record can be found: the parts that it has, case-folded, one a line."""
    return "\n".join(part for part in parts if part).casefold()


def search_words(q: str | None) -> tuple[str, ...]:
    """The words of a query; a record is found when its ``search_text`` contains every one of them, in any order.

    No words (no query, or only blanks): everything is found.
    """
    return tuple((q or "").casefold().split())
