"""Wodify's words for states, which every gym may change, and ours."""

from collections.abc import Mapping

import attrs
import msgspec

from ...domain.leads.stage import Stage
from ...domain.membership.status import Status
from ...domain.shared.errors import InvalidValue

MEMBER_WORDS: Mapping[str, str] = {
    "Active": "active",
    "Inactive": "cancelled",
    "Deactivated": "cancelled",
    "Cancelled": "cancelled",
    "Suspended": "paused",
    "On Hold": "paused",
    "Frozen": "paused",
    "Pending": "pending",
    "Expired": "expired",
}
LEAD_WORDS: Mapping[str, str] = {
    "New": "new",
    "Contacted": "contacted",
    "Qualified": "qualified",
    "Trial Booked": "qualified",
    "Converted": "converted",
    "Won": "converted",
    "Lost": "lost",
}
MEMBER_STATES = frozenset(status.value for status in Status if status is not Status.UNKNOWN)
LEAD_STATES = frozenset(stage.value for stage in Stage if stage is not Stage.UNKNOWN)


@attrs.frozen
class Words:
    """A gym's words, compared without regard to case. What is not among them stays as it is: nothing is guessed."""

    _ours: Mapping[str, str]
    _spelling: Mapping[str, str]

    @classmethod
    def of(cls, *maps: Mapping[str, str]) -> "Words":
        """From maps of their words to ours; later maps override earlier ones."""
        ours: dict[str, str] = {}
        spelling: dict[str, str] = {}
        for words in maps:
            for theirs, our in words.items():
                ours[theirs.casefold()] = our
                spelling[theirs.casefold()] = theirs
        return cls(ours, spelling)

    def ours(self, theirs: str) -> str | None:
        """Our word, or theirs where we have none; None for none."""
        text = theirs.strip()
        return self._ours.get(text.casefold(), text) or None

    def theirs(self, ours: str) -> tuple[str, ...]:
        """Their words for one of ours, as they spell them; the word itself where there is none."""
        found = tuple(self._spelling[key] for key, our in self._ours.items() if our == ours)
        return found or (ours,)


def read_words(text: str, field: str, states: frozenset[str]) -> Mapping[str, str]:
    """A setting such as ``{"Stammgast": "active"}``. Raises InvalidValue."""
    try:
        words = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError:
        example = '{"Stammgast": "active"}'
        raise InvalidValue(f"{field} must be a JSON object of texts, such as {example}", field=field) from None
    if foreign := sorted(set(words.values()) - states):
        raise InvalidValue(f"{field}: {', '.join(foreign)} is none of {', '.join(sorted(states))}", field=field)
    return words
