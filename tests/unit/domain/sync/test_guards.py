"""Guards: how much a plan may take away, to the last record."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.action import Action
from tresen.domain.sync.canonical import Values
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.guards import DEFAULT_GUARDS, Guards, Share, Tally
from tresen.domain.sync.laws import Law
from tresen.domain.sync.policy import Deletes, Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, Shown
from tresen.domain.sync.step import Inputs, Step, count

from .drawn import SHARES

SCHEMA = Schema("thing", (Field("a"), Field("b")))


@pytest.mark.parametrize(
    ("share", "shared", "allowed"),
    [
        (Share(), 0, 5),
        (Share(), 50, 5),
        (Share(), 59, 5),
        (Share(), 60, 6),
        (Share(), 69, 6),
        (Share(), 1000, 100),
        (Share(10, 0), 9, 0),
        (Share(10, 0), 10, 1),
        (Share(0, 3), 1000, 3),
        (Share(0, 0), 1000, 0),
        (Share(100, 0), 7, 7),
        (Share(33, 0), 100, 33),
        (Share(1, 0), 99, 0),
    ],
)
def test_a_share_allows_so_many_and_not_one_more(share: Share, shared: int, allowed: int) -> None:
    assert share.allows(allowed, shared)
    assert not share.allows(allowed + 1, shared)


@given(SHARES, st.integers(0, 500), st.integers(0, 500))
def test_a_share_is_the_greater_of_both(share: Share, count_: int, shared: int) -> None:
    assert share.allows(count_, shared) is (count_ <= max(share.at_least, share.percent * shared // 100))


@pytest.mark.parametrize(
    ("percent", "at_least", "field"), [(-1, 0, "percent"), (101, 0, "percent"), (0, -1, "at_least")]
)
def test_a_share_that_is_none_is_refused(percent: int, at_least: int, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Share(percent, at_least)
    assert refused.value.details["field"] == field


def test_each_guard_trips_for_itself_in_a_fixed_order() -> None:
    tight = Guards(deleted=Share(0, 1), blanked=Share(0, 2), conflicts=Share(0, 3))
    quiet = Tally(shared=50, deleted=1, conflicts=3, blanked={"b": 2, "a": 2})
    assert quiet.trips(tight) == ()
    loud = Tally(shared=50, deleted=2, conflicts=4, blanked={"b": 3, "a": 3, "c": 2})
    assert [(trip.guard, trip.count) for trip in loud.trips(tight)] == [
        ("deleted", 2),
        ("blanked", 3),
        ("blanked", 3),
        ("conflicts", 4),
    ]
    deleted, a, b, conflicts = loud.trips(tight)
    assert deleted.message == "2 of 50 records would be deleted; 0 % and at least 1 are allowed"
    assert ("their a" in a.message, "their b" in b.message, "conflict" in conflicts.message) == (True, True, True)
    assert {trip.shared for trip in (deleted, a, b, conflicts)} == {50}


def test_blanked_values_are_counted_by_field_and_not_together() -> None:
    tally = Tally(shared=10, blanked={"a": 5, "b": 5})
    assert tally.trips(DEFAULT_GUARDS) == ()


def tally(policy: Policy, base: Values | None, ours: Shown, theirs: Shown, *, pushed: bool = False) -> Tally:
    return counted(policy, Inputs(base=base, ours=ours, theirs=theirs), pushed=pushed)


def counted(policy: Policy, inputs: Inputs, *, pushed: bool = False) -> Tally:
    decision = inputs.decide(SCHEMA, policy)
    step = Step(
        external_id="7", local_id=None, inputs=inputs, decision=decision, pushes=decision.pushes if pushed else {}
    )
    found = Tally(shared=1)
    count(step, SCHEMA, found)
    return found


X: Values = {"a": "x"}
Y: Values = {"a": "y"}
ALLOWED = Policy(create_there=True, delete_there=True)


@pytest.mark.parametrize("deletes", Deletes)
@pytest.mark.parametrize("delete_here", [True, False])
@pytest.mark.parametrize("ours", [X, Y])
def test_a_shared_record_that_the_provider_lost_counts_whatever_comes_of_it(
    deletes: Deletes, delete_here: bool, ours: Values
) -> None:
    """An empty answer of the provider is as suspicious where the policy keeps everything."""
    policy = attrs.evolve(ALLOWED, deletes=deletes, delete_here=delete_here)
    found = tally(policy, X, ours, GONE)
    assert attrs.evolve(found, lost=0) == Tally(shared=1, deleted=1)
    is_deleted = Inputs(base=X, ours=ours, theirs=GONE).decide(SCHEMA, policy).action is Action.DELETE_HERE
    assert found.lost == (0 if is_deleted else 1)


@pytest.mark.parametrize(
    ("deleted", "lost", "told"),
    [
        (2, 0, "would be deleted"),
        (2, 2, "are lost at the provider"),
        (3, 2, "would be deleted or are lost at the provider"),
    ],
)
def test_what_stays_here_is_not_said_to_be_deleted(deleted: int, lost: int, told: str) -> None:
    (trip,) = Tally(shared=50, deleted=deleted, lost=lost).trips(Guards(deleted=Share(0, 1)))
    assert trip.message.startswith(f"{deleted} of 50 records {told}; ")


def test_a_record_that_is_deleted_there_counts() -> None:
    assert tally(ALLOWED, X, GONE, X).deleted == 1
    assert tally(Policy(), X, GONE, X).deleted == 0
    assert tally(ALLOWED, X, GONE, Y).deleted == 0


@pytest.mark.parametrize(
    ("base", "ours", "theirs"), [(None, X, GONE), (None, GONE, X), (X, GONE, GONE), (X, X, UNKNOWN), (X, X, X)]
)
def test_nothing_else_counts_as_deleted(base: Values | None, ours: Shown, theirs: Shown) -> None:
    assert tally(ALLOWED, base, ours, theirs) == Tally(shared=1)


def test_what_a_person_pinned_does_not_count() -> None:
    assert counted(Policy(), Inputs(base=X, ours=X, theirs=GONE, overrides={WHOLE: Law.OURS})) == Tally(shared=1)


def test_a_record_in_conflict_counts_once() -> None:
    policy = Policy(default=Law.ASK, deletes=Deletes.ASK)
    two: Values = {"a": "1", "b": "1"}
    assert tally(policy, {}, two, {"a": "2", "b": "2"}) == Tally(shared=1, conflicts=1)
    assert tally(policy, X, GONE, Y) == Tally(shared=1, conflicts=1)
    assert counted(policy, Inputs(base=None, ours=GONE, theirs=X, candidates=("1",))) == Tally(shared=1, conflicts=1)


@pytest.mark.parametrize("empty", [None, "", "  ", ()])
def test_a_value_that_is_blanked_here_counts(empty: str | None) -> None:
    assert tally(Policy(), X, X, {"a": empty}).blanked == {"a": 1}
    assert tally(Policy(default=Law.UNION), {"a": ("x",)}, {"a": ("x",)}, {"a": empty}).blanked == {"a": 1}


def test_a_value_that_is_blanked_there_counts_where_it_is_pushed() -> None:
    """A provider that takes no such push loses nothing, however often it is looked at."""
    policy = Policy(default=Law.OURS)
    assert tally(policy, X, {"a": None}, X, pushed=True).blanked == {"a": 1}
    assert tally(policy, X, {"a": None}, X).blanked == {}


def test_a_union_that_blanks_both_sides_counts_once() -> None:
    base: Values = {"a": ("x", "y")}
    found = tally(Policy(default=Law.UNION), base, {"a": ("x",)}, {"a": ("y",)}, pushed=True)
    assert found.blanked == {"a": 1}


def test_another_value_or_a_first_one_blanks_nothing() -> None:
    for ours, theirs in ((X, Y), ({"a": None}, X), (X, {"a": ""})):
        assert tally(Policy(), {}, ours, theirs, pushed=True).blanked == {}
    assert tally(Policy(default=Law.ASK), X, Y, {"a": None}).blanked == {}


def test_guards_read_what_they_write() -> None:
    tight = Guards(deleted=Share(1, 2), blanked=Share(3, 4), conflicts=Share(5, 6))
    assert DEFAULT_GUARDS.changed(tight.document()) == tight
    assert tight.changed({}) == tight
    assert tight.changed({"blanked": {"percent": 9}}) == attrs.evolve(tight, blanked=Share(9, 4))


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (None, "guards"),
        ([], "guards"),
        ({"delete": {}}, "guards.delete"),
        ({5: {}}, "guards.5"),
        ({"deleted": 5}, "guards.deleted"),
        ({"deleted": {"share": 5}}, "guards.deleted.share"),
        ({"blanked": {"percent": "5"}}, "guards.blanked.percent"),
        ({"blanked": {"percent": True}}, "guards.blanked.percent"),
        ({"blanked": {"percent": 101}}, "guards.blanked.percent"),
        ({"blanked": {"percent": -1}}, "guards.blanked.percent"),
        ({"conflicts": {"at_least": -1}}, "guards.conflicts.at_least"),
        ({"conflicts": {"at_least": 1_000_001}}, "guards.conflicts.at_least"),
        ({"conflicts": {"at_least": 1.5}}, "guards.conflicts.at_least"),
        ({"conflicts": {"at_least": None}}, "guards.conflicts.at_least"),
    ],
)
def test_bad_guards_name_the_key(document: object, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        DEFAULT_GUARDS.changed(document)
    assert refused.value.details["field"] == field
