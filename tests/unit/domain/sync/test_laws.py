"""How a field is settled that both sides changed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.canonical import Canonical, Value, folded, plain
from tresen.domain.sync.laws import (
    BUILT_IN,
    NEVER_EDITED,
    Contest,
    Edited,
    Law,
    Laws,
    Verdict,
    encoded,
)
from tresen.domain.sync.side import Side

from .drawn import EDITED, LAW, NOON, VALUES

LATER = NOON + timedelta(days=1)
SETS = st.none() | st.lists(st.sampled_from("abcd"), max_size=4).map(tuple)


def judge(
    law: Law,
    ours: Value,
    theirs: Value,
    edited: Edited = NEVER_EDITED,
    *,
    base: Value = None,
    known: bool = True,
    canonical: Canonical = plain,
) -> Verdict:
    return law.judge(Contest(canonical=canonical, known=known, base=base, ours=ours, theirs=theirs, edited=edited))


def newest(ours_at: datetime | None, theirs_at: datetime | None, resolution_s: int = 1, skew_s: int = 0) -> Side:
    edited = Edited(ours_at=ours_at, theirs_at=theirs_at, resolution_s=resolution_s, skew_s=skew_s)
    return judge(Law.NEWEST, "a", "b", edited).side


@pytest.mark.parametrize(
    ("law", "side"), [(Law.THEIRS, Side.THEIRS), (Law.OURS, Side.OURS), (Law.ASK, Side.NEITHER)], ids=str
)
@pytest.mark.parametrize("ours_at", [None, NOON, LATER])
def test_an_owner_wins_and_a_person_is_asked_whenever_it_was_edited(
    law: Law, side: Side, ours_at: datetime | None
) -> None:
    assert judge(law, "a", "b", Edited(ours_at=ours_at, theirs_at=NOON)).side is side


def test_the_later_edit_wins() -> None:
    assert newest(NOON + timedelta(seconds=1), NOON) is Side.OURS
    assert newest(NOON, NOON + timedelta(seconds=1)) is Side.THEIRS


def test_the_side_that_tells_a_time_wins_over_the_one_that_does_not() -> None:
    assert newest(NOON, None) is Side.OURS
    assert newest(None, NOON) is Side.THEIRS
    assert newest(datetime.min.replace(tzinfo=UTC), None) is Side.OURS


def test_without_any_time_a_person_is_asked() -> None:
    verdict = judge(Law.NEWEST, "b", "a")
    assert verdict.side is Side.NEITHER
    assert "neither side" in verdict.reason


def test_what_the_coarser_side_cannot_tell_apart_is_a_tie() -> None:
    later = NOON + timedelta(seconds=59)
    assert newest(later, NOON, resolution_s=60) is Side.THEIRS  # "b" is greater than "a"
    assert newest(later, NOON, resolution_s=1) is Side.OURS
    assert newest(NOON + timedelta(microseconds=999_999), NOON) is Side.THEIRS
    assert newest(NOON + timedelta(seconds=60), later, resolution_s=60) is Side.OURS


def test_what_the_clocks_may_be_apart_is_a_tie_to_the_last_second() -> None:
    skewed = NOON + timedelta(seconds=30)
    assert newest(skewed, NOON, skew_s=30) is Side.THEIRS
    assert newest(skewed, NOON, skew_s=29) is Side.OURS
    assert newest(skewed + timedelta(microseconds=1), NOON, skew_s=30) is Side.OURS
    tied = Edited(ours_at=NOON, theirs_at=skewed, skew_s=30)
    assert judge(Law.NEWEST, "b", "a", tied).side is Side.OURS


def test_before_1970_too() -> None:
    """Times are floored, not cut towards the year 1970."""
    old = datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)
    assert newest(datetime(1970, 1, 1, tzinfo=UTC), old) is Side.OURS


def test_a_tie_says_that_it_was_one() -> None:
    assert judge(Law.NEWEST, "a", "b", Edited(ours_at=NOON, theirs_at=NOON)).reason.startswith("tie")


def test_ties_are_settled_by_canonical_values() -> None:
    """Two readers with values of different case must still agree."""
    edited = Edited(ours_at=NOON, theirs_at=NOON)
    assert judge(Law.NEWEST, "B@x.de", "a@x.de", edited, canonical=folded).side is Side.OURS
    assert judge(Law.NEWEST, "b@x.de", "A@x.de", edited, canonical=folded).side is Side.OURS


def test_the_zone_of_a_time_is_no_part_of_it() -> None:
    east = timezone(timedelta(hours=9))
    assert newest((NOON + timedelta(seconds=1)).astimezone(east), NOON) is Side.OURS


@pytest.mark.parametrize("side", ["ours_at", "theirs_at"])
def test_a_naive_time_is_refused(side: str) -> None:
    times = {"ours_at": NOON, "theirs_at": NOON} | {side: NOON.replace(tzinfo=None)}
    with pytest.raises(InvalidValue):
        newest(times["ours_at"], times["theirs_at"])


@pytest.mark.parametrize(
    ("known", "base", "ours", "theirs", "united"),
    [
        (True, ("a", "b"), ("a", "c"), ("a", "b", "d"), ("a", "c", "d")),
        (True, ("a", "b"), ("a",), ("b",), ()),
        (True, ("a", "b"), None, ("a", "b", "c"), ("c",)),
        (True, None, ("b", "a"), ("c", "a"), ("a", "b", "c")),
        (False, ("a", "b"), ("a",), ("b",), ("a", "b")),
        (True, ("a",), (" a", "b "), ("a", "c"), ("a", "b", "c")),
    ],
)
def test_a_union_has_what_either_added_and_lacks_what_either_removed(
    known: bool, base: Value, ours: Value, theirs: Value, united: Value
) -> None:
    """Where nothing was agreed on, nothing was removed."""
    verdict = judge(Law.UNION, ours, theirs, base=base, known=known)
    assert (verdict.side, verdict.value) == (Side.BOTH, united)


@pytest.mark.parametrize(("base", "ours", "theirs"), [("a", (), ("b",)), ((), "a", ("b",)), ((), ("a",), 1)])
def test_what_is_no_set_is_not_united(base: Value, ours: Value, theirs: Value) -> None:
    assert judge(Law.UNION, ours, theirs, base=base).side is Side.NEITHER


@given(SETS, SETS, SETS)
def test_a_union_is_the_sum_of_both_edits(base: Value, ours: Value, theirs: Value) -> None:
    was, mine, other = (frozenset(each) if isinstance(each, tuple) else frozenset() for each in (base, ours, theirs))
    united = judge(Law.UNION, ours, theirs, base=base).value
    assert isinstance(united, tuple)
    assert set(united) == (was | (mine - was) | (other - was)) - (was - mine) - (was - other)
    for again in ((united, theirs), (ours, united), (united, united)):
        assert judge(Law.UNION, *again, base=base).value == united


@given(LAW, VALUES, VALUES, VALUES, st.booleans(), EDITED)
def test_no_law_favours_a_side_or_gives_no_reason(
    law: Law, base: Value, ours: Value, theirs: Value, known: bool, edited: Edited
) -> None:
    assume(encoded(plain(ours)) != encoded(plain(theirs)))
    contest = Contest(canonical=plain, known=known, base=base, ours=ours, theirs=theirs, edited=edited)
    here, there = law.judge(contest), Laws().named(law.mirror).judge(contest.mirrored())
    assert (here.side.mirrored, here.value) == (there.side, there.value)
    assert here.reason.strip()


@given(VALUES, VALUES)
def test_different_values_are_encoded_differently(x: Value, y: Value) -> None:
    assert (encoded(x) == encoded(y)) is (x == y and type(x) is type(y))


def test_laws_are_found_by_name() -> None:
    mine = Law(name="mine", judge=Law.ASK.judge)
    laws = Laws([mine])
    assert list(laws) == [*BUILT_IN, mine]
    assert laws.named("mine") is mine
    assert laws.named("union") is Law.UNION
    with pytest.raises(InvalidValue, match="theirs, ours, newest, union, ask, mine") as refused:
        laws.named("yours")
    assert refused.value.details["field"] == "law"


def test_two_laws_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        Laws([Law(name="ask", judge=Law.ASK.judge)])
    assert refused.value.details["field"] == "laws"


def test_a_law_is_its_own_mirror_unless_it_names_another() -> None:
    assert Law(name="mine", judge=Law.ASK.judge).mirror == "mine"
    assert (Law.OURS.mirror, Law.THEIRS.mirror) == ("theirs", "ours")
