"""Conflicts: their states, and what coming up again does to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import attrs
import pytest

from tresen.domain.shared.errors import IllegalTransition
from tresen.domain.shared.ids import AccountId, ConflictId, RunId, TenantId
from tresen.domain.sync.canonical import Value
from tresen.domain.sync.conflict import REFUSED, TRANSITIONS, Choice, Conflict, ConflictState, Resolution
from tresen.domain.sync.laws import NEVER_EDITED, Edited
from tresen.domain.sync.side import Side

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
CHOICE = Resolution(choice=Choice.VALUE, value="z", by="ada", at=LATER)
FIRST_RUN, NEXT_RUN = RunId(UUID(int=1)), RunId(UUID(int=2))


def conflict(state: ConflictState = ConflictState.OPEN) -> Conflict:
    return Conflict(
        id=ConflictId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        account_id=AccountId(UUID(int=3)),
        kind="member",
        external_id="7",
        local_id=None,
        field="city",
        base="x",
        ours=1,
        theirs="z",
        rule="ask",
        reason="both sides changed it",
        run_id=FIRST_RUN,
        state=state,
        resolution=CHOICE if state is ConflictState.RESOLVED else None,
        opened_at=NOON,
        updated_at=NOON,
    )


STEPS: dict[ConflictState, Callable[[Conflict], None]] = {
    ConflictState.RESOLVED: lambda found: found.resolve(CHOICE),
    ConflictState.OPEN: lambda found: found.reopen(by="eva", now=LATER),
    ConflictState.SETTLED: lambda found: found.settle(now=LATER),
}


@pytest.mark.parametrize(("source", "target"), list(product(ConflictState, STEPS)))
def test_the_steps_are_those_of_the_table(source: ConflictState, target: ConflictState) -> None:
    """A step that the table lacks is refused; but settling one that is not open is simply nothing to do."""
    found = conflict(source)
    if target in TRANSITIONS[source]:
        STEPS[target](found)
        assert (found.state, found.updated_at) == (target, LATER)
        assert (found.resolution == CHOICE) is (target is ConflictState.RESOLVED)
        return
    if target is ConflictState.SETTLED:
        STEPS[target](found)
    else:
        with pytest.raises(IllegalTransition) as refused:
            STEPS[target](found)
        allowed = sorted(state.value for state in TRANSITIONS[source])
        assert refused.value.details == {"status": source.value, "allowed": allowed}
    assert (found.state, found.updated_at) == (source, NOON)
    assert found.resolution == conflict(source).resolution


def test_what_was_decided_is_decided_anew_only_when_it_is_opened_again() -> None:
    found = conflict(ConflictState.RESOLVED)
    with pytest.raises(IllegalTransition):
        found.resolve(CHOICE)
    found.reopen(by="eva", now=LATER)
    found.resolve(CHOICE)
    with pytest.raises(IllegalTransition):
        conflict(ConflictState.SETTLED).resolve(CHOICE)
    with pytest.raises(IllegalTransition):
        conflict().reopen(by="eva", now=LATER)


@pytest.mark.parametrize(
    ("choice", "given", "taken"), [(Choice.OURS, None, "y"), (Choice.THEIRS, None, "z"), (Choice.VALUE, "w", "w")]
)
def test_what_was_decided_before_is_known_until_it_is_decided_anew(
    choice: Choice, given: str | None, taken: str
) -> None:
    found = conflict()
    found.ours, found.theirs = "y", "z"
    found.resolve(Resolution(choice=choice, value=given, by="eva", at=NOON))
    found.reopen(by="ada", now=LATER)
    found.ours, found.theirs = "other", "another"
    before = Resolution(choice=choice, value=taken, by="eva", at=NOON)
    assert decisions(found) == (None, before)
    found.settle(now=LATER)
    found.reopen(by="ada", now=LATER)
    assert decisions(found) == (None, before), "one that settled was not decided"
    found.resolve(CHOICE)
    assert decisions(found) == (CHOICE, None)


def decisions(found: Conflict) -> tuple[Resolution | None, Resolution | None]:
    return found.resolution, found.former


def see(
    found: Conflict,
    base: Value = "x",
    ours: Value = 1,
    theirs: Value = "z",
    edited: Edited = NEVER_EDITED,
    version: int = 0,
) -> bool:
    return found.see(
        base=base, ours=ours, theirs=theirs, edited=edited, local_version=version, run_id=NEXT_RUN, now=LATER
    )


def test_the_same_again_is_no_news() -> None:
    found = conflict()
    assert not see(found)
    assert (found.run_id, found.updated_at) == (FIRST_RUN, NOON)


@pytest.mark.parametrize(
    "seen",
    [
        ("y", 1, "z", NEVER_EDITED, 0),
        ("x", 2, "z", NEVER_EDITED, 0),
        ("x", True, "z", NEVER_EDITED, 0),
        ("x", 1, None, NEVER_EDITED, 0),
        ("x", 1, "z", Edited(ours_at=NOON), 0),
        ("x", 1, "z", NEVER_EDITED, 2),
    ],
    ids=str,
)
def test_other_values_are_news(seen: tuple[Value, Value, Value, Edited, int]) -> None:
    found = conflict()
    assert see(found, *seen)
    assert repr((found.base, found.ours, found.theirs, found.edited, found.local_version)) == repr(seen)
    assert (found.run_id, found.updated_at) == (NEXT_RUN, LATER)
    assert not see(found, *seen)


@pytest.mark.parametrize(
    ("ours", "theirs", "sides"),
    [
        (LATER, LATER, (Side.OURS, Side.THEIRS)),
        (NOON, LATER, (Side.THEIRS,)),
        (LATER, None, (Side.OURS,)),
        (NOON, NOON, ()),
        (None, None, ()),
    ],
)
def test_a_side_that_was_edited_after_it_was_opened_is_told(
    ours: datetime | None, theirs: datetime | None, sides: tuple[Side, ...]
) -> None:
    found = conflict()
    found.edited = Edited(ours_at=ours, theirs_at=theirs)
    assert found.edited_since == sides


def test_an_edit_that_a_person_had_before_them_when_they_decided_is_none_since() -> None:
    found = conflict()
    found.edited = Edited(ours_at=LATER, theirs_at=LATER)
    found.resolve(Resolution(choice=Choice.OURS, by="berta", at=LATER))
    assert list(found.edited_since) == []
    found.reopen(by="carla", now=LATER + timedelta(hours=1))
    assert list(found.edited_since) == []
    found.edited = Edited(ours_at=LATER, theirs_at=LATER + timedelta(seconds=1))
    assert list(found.edited_since) == [Side.THEIRS]


@pytest.mark.parametrize(
    ("field", "rule", "edited", "lost_by"),
    [
        ("*", "ask", Edited(ours_at=NOON), Side.THEIRS),
        ("*", "ask", Edited(theirs_at=NOON), Side.OURS),
        ("*", "ask", NEVER_EDITED, Side.OURS),
        ("*", REFUSED, NEVER_EDITED, Side.THEIRS),
        ("?", "ask", NEVER_EDITED, None),
        ("city", "ask", Edited(ours_at=NOON), None),
    ],
)
def test_which_side_lost_the_record_is_known(field: str, rule: str, edited: Edited, lost_by: Side | None) -> None:
    found = attrs.evolve(conflict(), field=field, rule=rule, edited=edited)
    assert found.lost_by is lost_by


def test_who_opened_it_again_is_told_the_last_one_only() -> None:
    found = conflict(ConflictState.RESOLVED)
    found.reopen(by="ada", now=LATER)
    found.resolve(CHOICE)
    found.reopen(by="eva", now=LATER)
    assert found.reason == "both sides changed it; opened again by eva"
