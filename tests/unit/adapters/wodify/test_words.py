"""States: their words and ours."""

import pytest

from tresen.adapters.wodify.words import LEAD_WORDS, MEMBER_STATES, MEMBER_WORDS, Words, read_words
from tresen.domain.shared.errors import InvalidValue


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Active", "active"),
        ("ACTIVE ", "active"),
        ("Inactive", "cancelled"),
        ("Deactivated", "cancelled"),
        ("Cancelled", "cancelled"),
        ("Suspended", "paused"),
        ("On Hold", "paused"),
        ("Frozen", "paused"),
        ("Pending", "pending"),
        ("Expired", "expired"),
        ("Drop-In", "Drop-In"),
        ("", None),
    ],
)
def test_words_for_members(theirs: str, ours: str | None) -> None:
    assert Words.of(MEMBER_WORDS).ours(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("New", "new"),
        ("Contacted", "contacted"),
        ("Qualified", "qualified"),
        ("Trial Booked", "qualified"),
        ("Converted", "converted"),
        ("won", "converted"),
        ("Lost", "lost"),
        ("Wiedervorlage", "Wiedervorlage"),
    ],
)
def test_words_for_leads(theirs: str, ours: str) -> None:
    assert Words.of(LEAD_WORDS).ours(theirs) == ours


def test_a_gyms_own_words_override() -> None:
    words = Words.of(MEMBER_WORDS, {"Stammgast": "active", "inactive": "paused"})
    assert (words.ours("stammgast"), words.ours("Inactive")) == ("active", "paused")
    assert words.theirs("active") == ("Active", "Stammgast")
    assert words.theirs("cancelled") == ("Deactivated", "Cancelled")
    assert words.theirs("Drop-In") == ("Drop-In",)


@pytest.mark.parametrize("text", ["[]", "{", '{"a":1}', '{"a":"asleep"}', '{"a":"unknown"}'])
def test_words_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_words(text, "member_words", MEMBER_STATES)
    assert caught.value.details["field"] == "member_words"
