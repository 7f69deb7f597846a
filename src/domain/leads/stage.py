"""The stages of a lead and their transition table."""

import enum

from ..shared.errors import IllegalTransition


class Stage(enum.Enum):
    """How far a lead has come. ``unknown``: the provider used a word we have no meaning for."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    LOST = "lost"
    UNKNOWN = "unknown"


# Code, tests and the diagram in docs/reference/states.md read this one table. A lost lead may come back,
# also to buy at once; a converted one is a member and stays converted.
TRANSITIONS: dict[Stage, frozenset[Stage]] = {
    Stage.NEW: frozenset({Stage.CONTACTED, Stage.QUALIFIED, Stage.CONVERTED, Stage.LOST}),
    Stage.CONTACTED: frozenset({Stage.QUALIFIED, Stage.CONVERTED, Stage.LOST}),
    Stage.QUALIFIED: frozenset({Stage.CONTACTED, Stage.CONVERTED, Stage.LOST}),
    Stage.LOST: frozenset({Stage.CONTACTED, Stage.QUALIFIED, Stage.CONVERTED}),
    Stage.CONVERTED: frozenset(),
    Stage.UNKNOWN: frozenset({Stage.CONTACTED, Stage.QUALIFIED, Stage.CONVERTED, Stage.LOST}),
}

_WORDS = {s.value: s for s in Stage if s is not Stage.UNKNOWN}


def read_stage(word: str | None) -> tuple[Stage, str | None]:
    """Our stage for a word, and the word itself where we have no stage for it: nothing is guessed."""
    if word is None:
        return Stage.UNKNOWN, None
    known = _WORDS.get(word)
    return (known, None) if known else (Stage.UNKNOWN, word)


def ensure_leads_to(source: Stage, target: Stage) -> None:
    """Raises IllegalTransition when the table has no such step."""
    if target not in TRANSITIONS[source]:
        allowed = sorted(s.value for s in TRANSITIONS[source])
        raise IllegalTransition(
            f"a lead that is {source.value} cannot become {target.value}",
            status=source.value,
            allowed=allowed,
        )
