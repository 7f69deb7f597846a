"""What becomes of a field that somebody edited here."""

from itertools import product

import pytest

from tresen.domain.sync.edit_fate import Fate, prospect
from tresen.domain.sync.laws import Law

OFF = "writing there is switched off"


@pytest.mark.parametrize(
    ("law", "hindrance", "fate", "reason"),
    [
        (Law.THEIRS, None, Fate.PUSH, "written at the provider by the next run, unless it was changed there, too"),
        (Law.THEIRS, OFF, Fate.TASK, "the provider owns it, and writing there is switched off"),
        (Law.OURS, None, Fate.SYNC, "written at the provider by the next run; law ours"),
        (Law.OURS, OFF, Fate.HERE, "writing there is switched off; law ours"),
        (
            *(Law.NEWEST, None, Fate.SYNC),
            "written at the provider by the next run, unless it was changed there, too; law newest",
        ),
        (Law.ASK, OFF, Fate.HERE, "writing there is switched off; law ask"),
    ],
)
def test_an_edit_of_what_the_provider_shows(law: Law, hindrance: str | None, fate: Fate, reason: str) -> None:
    found = prospect("phone", law, shown=True, same=False, hindrance=hindrance)
    assert (found.field, found.fate, found.reason) == ("phone", fate, reason)


@pytest.mark.parametrize("law", [Law.THEIRS, Law.OURS, Law.NEWEST, Law.UNION, Law.ASK])
def test_what_the_provider_never_showed_is_offered_or_stays_here(law: Law) -> None:
    assert prospect("message", law, shown=False, same=False, hindrance=None).fate is Fate.SYNC
    assert prospect("message", law, shown=False, same=False, hindrance=OFF).fate is Fate.HERE


@pytest.mark.parametrize(("law", "hindrance"), [*product([Law.THEIRS, Law.ASK], [None, OFF])])
def test_what_the_provider_holds_already_needs_nothing(law: Law, hindrance: str | None) -> None:
    assert prospect("phone", law, shown=True, same=True, hindrance=hindrance).fate is Fate.HERE


@pytest.mark.parametrize(
    ("law", "hindrance", "fate"),
    [
        (Law.THEIRS, None, Fate.SYNC),
        (Law.THEIRS, OFF, Fate.TASK),
        (Law.OURS, None, Fate.SYNC),
        (Law.OURS, OFF, Fate.SYNC),
        (Law.ASK, OFF, Fate.SYNC),
    ],
)
def test_of_two_that_were_not_compared_yet_the_next_run_decides(law: Law, hindrance: str | None, fate: Fate) -> None:
    found = prospect("message", law, shown=False, same=False, hindrance=hindrance, compared=False)
    assert found.fate is fate
    assert ("the next run decides" in found.reason) is (fate is Fate.SYNC)
