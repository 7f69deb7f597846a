"""How a field is settled that both sides changed."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.laws import Edited, Law, Side, encoded, settle
from tresen.domain.sync.schema import Field, Value, folded

NAME = Field("name")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
OTHER = {Side.OURS: Side.THEIRS, Side.THEIRS: Side.OURS}
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from((None, "None", True, "True", 1, "1", ("1",), "('1',)")),
    st.booleans(),
    st.integers(-2, 2),
    st.text(max_size=3),
    st.tuples(st.text(max_size=2)),
)
TIMES = st.none() | st.builds(
    lambda ms, zone: (NOON + timedelta(milliseconds=ms)).astimezone(zone),
    st.integers(-70_000, 70_000) | st.sampled_from((0, 1, 999, 1_000)),
    st.sampled_from((UTC, ZoneInfo("Asia/Tokyo"))),
)
RESOLUTIONS = st.sampled_from((1, 60, 86_400))


def newest(ours_at: datetime | None, theirs_at: datetime | None, resolution_s: int = 1) -> Side:
    edited = Edited(ours_at=ours_at, theirs_at=theirs_at, resolution_s=resolution_s)
    return settle(Law.NEWEST, NAME, "a", "b", edited).side


@pytest.mark.parametrize(("law", "side"), [(Law.THEIRS, Side.THEIRS), (Law.OURS, Side.OURS)])
@pytest.mark.parametrize("ours_at", [None, NOON, NOON + timedelta(days=1)])
def test_an_owner_wins_whenever_it_was_edited(law: Law, side: Side, ours_at: datetime | None) -> None:
    assert settle(law, NAME, "a", "b", Edited(ours_at=ours_at, theirs_at=NOON)).side is side


def test_the_later_edit_wins() -> None:
    assert newest(NOON + timedelta(seconds=1), NOON) is Side.OURS
    assert newest(NOON, NOON + timedelta(seconds=1)) is Side.THEIRS


def test_the_side_that_tells_a_time_wins_over_the_one_that_does_not() -> None:
    assert newest(NOON, None) is Side.OURS
    assert newest(None, NOON) is Side.THEIRS
    first_instant = datetime.min.replace(tzinfo=UTC)
    assert newest(first_instant, None) is Side.OURS


def test_without_any_time_the_providers_value_stands() -> None:
    verdict = settle(Law.NEWEST, NAME, "b", "a", Edited())
    assert verdict.side is Side.THEIRS
    assert "neither side" in verdict.reason


def test_what_the_coarser_side_cannot_tell_apart_is_a_tie() -> None:
    later = NOON + timedelta(seconds=59)
    assert newest(later, NOON, resolution_s=60) is Side.THEIRS  # "b" is greater than "a"
    assert newest(later, NOON, resolution_s=1) is Side.OURS
    assert newest(NOON + timedelta(microseconds=999_999), NOON) is Side.THEIRS
    assert newest(NOON + timedelta(seconds=60), later, resolution_s=60) is Side.OURS


def test_before_1970_too() -> None:
    """Times are floored, not cut towards the year 1970."""
    old = datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)
    assert newest(datetime(1970, 1, 1, tzinfo=UTC), old) is Side.OURS


def test_a_tie_says_that_it_was_one() -> None:
    assert settle(Law.NEWEST, NAME, "a", "b", Edited(ours_at=NOON, theirs_at=NOON)).reason.startswith("tie")


def test_ties_are_settled_by_canonical_values() -> None:
    """Two readers with values of different case must still agree."""
    email = Field("email", folded)
    edited = Edited(ours_at=NOON, theirs_at=NOON)
    assert settle(Law.NEWEST, email, "B@x.de", "a@x.de", edited).side is Side.OURS
    assert settle(Law.NEWEST, email, "b@x.de", "A@x.de", edited).side is Side.OURS


def test_the_zone_of_a_time_is_no_part_of_it() -> None:
    east = timezone(timedelta(hours=9))
    assert newest((NOON + timedelta(seconds=1)).astimezone(east), NOON) is Side.OURS


@pytest.mark.parametrize("side", ["ours_at", "theirs_at"])
def test_a_naive_time_is_refused(side: str) -> None:
    times = {"ours_at": NOON, "theirs_at": NOON} | {side: NOON.replace(tzinfo=None)}
    with pytest.raises(InvalidValue):
        newest(times["ours_at"], times["theirs_at"])


@given(VALUES, VALUES, TIMES, TIMES, RESOLUTIONS)
def test_newest_favours_neither_side(
    x: Value, y: Value, x_at: datetime | None, y_at: datetime | None, resolution_s: int
) -> None:
    assume(not NAME.same(x, y))
    assume(x_at is not None or y_at is not None)
    here = settle(Law.NEWEST, NAME, x, y, Edited(ours_at=x_at, theirs_at=y_at, resolution_s=resolution_s))
    there = settle(Law.NEWEST, NAME, y, x, Edited(ours_at=y_at, theirs_at=x_at, resolution_s=resolution_s))
    assert here.side is OTHER[there.side]


@given(st.sampled_from(Law), VALUES, VALUES, TIMES, TIMES)
def test_no_verdict_without_a_reason(
    law: Law, x: Value, y: Value, x_at: datetime | None, y_at: datetime | None
) -> None:
    assert settle(law, NAME, x, y, Edited(ours_at=x_at, theirs_at=y_at)).reason.strip()


@given(VALUES, VALUES)
def test_different_values_are_encoded_differently(x: Value, y: Value) -> None:
    assert (encoded(x) == encoded(y)) is (x == y and type(x) is type(y))
