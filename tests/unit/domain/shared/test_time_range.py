"""Half-open spans of aware instants, clock changes included."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.time_range import TimeRange, as_utc

BERLIN = ZoneInfo("Europe/Berlin")
# Berlin springs forward on 2026-03-29 at 01:00 UTC, falls back on 2026-10-25 at 01:00 UTC; Lord Howe moves by half
# an hour; New York and Auckland change on other days.
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
)
ZONES: tuple[tzinfo, ...] = (
    UTC,
    BERLIN,
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Asia/Kathmandu"),
    timezone(timedelta(hours=-12)),
)


def near_changes() -> st.SearchStrategy[datetime]:
    return st.builds(
        lambda change, minutes, zone: (change + timedelta(minutes=minutes)).astimezone(zone),
        st.sampled_from(CHANGES),
        st.integers(-180, 180),
        st.sampled_from(ZONES),
    )


@st.composite
def spans(draw: st.DrawFn) -> TimeRange:
    return TimeRange.lasting(draw(near_changes()), timedelta(minutes=draw(st.integers(1, 240))))


class _Undecided(tzinfo):
    """A zone that does not know its offset: such a datetime is naive by Python's own definition."""

    def utcoffset(self, _: datetime | None) -> None:
        return None

    def dst(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> None:
        return None


def hour(n: int) -> datetime:
    return datetime(2026, 5, 4, n, tzinfo=UTC)


@given(near_changes())
def test_as_utc_keeps_the_instant_and_gives_utc(moment: datetime) -> None:
    assert as_utc(moment).timestamp() == moment.timestamp()
    assert as_utc(moment).tzinfo is UTC


@pytest.mark.parametrize("zone", [None, _Undecided()])
def test_a_naive_datetime_is_refused_and_the_error_names_the_field(zone: tzinfo | None) -> None:
    naive = datetime(2026, 5, 4, 9, tzinfo=zone)
    with pytest.raises(InvalidValue, match="starts_at needs a time zone") as refused:
        as_utc(naive, "starts_at")
    assert refused.value.details == {"field": "starts_at"}


def test_an_instant_before_the_first_or_after_the_last_year_is_refused() -> None:
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
    for moment in (datetime.min.replace(tzinfo=east), datetime.max.replace(tzinfo=west)):
        with pytest.raises(InvalidValue, match="outside the calendar"):
            as_utc(moment)


def test_a_range_needs_zones_on_both_ends() -> None:
    naive = hour(10).replace(tzinfo=None)
    with pytest.raises(InvalidValue) as start:
        TimeRange(naive, hour(11))
    with pytest.raises(InvalidValue) as end:
        TimeRange(hour(9), naive)
    assert (start.value.details["field"], end.value.details["field"]) == ("start", "end")


@pytest.mark.parametrize("end", [9, 8])
def test_an_empty_or_backward_range_is_refused(end: int) -> None:
    with pytest.raises(InvalidValue, match="must end after it starts"):
        TimeRange(hour(9), hour(end))


def test_a_range_that_would_end_after_the_last_year_is_refused() -> None:
    with pytest.raises(InvalidValue, match="outside the calendar"):
        TimeRange.lasting(datetime.max.replace(tzinfo=UTC), timedelta(hours=1))


def test_the_start_is_inside_and_the_end_is_not() -> None:
    span = TimeRange(hour(9), hour(10))
    assert span.contains(hour(9))
    assert span.contains(hour(10) - timedelta(microseconds=1))
    assert not span.contains(hour(10))
    assert not span.contains(hour(9) - timedelta(microseconds=1))


def test_contains_refuses_a_naive_instant() -> None:
    with pytest.raises(InvalidValue):
        TimeRange(hour(9), hour(10)).contains(hour(9).replace(tzinfo=None))


def test_touching_spans_do_not_overlap() -> None:
    assert not TimeRange(hour(9), hour(10)).overlaps(TimeRange(hour(10), hour(11)))
    assert TimeRange(hour(9), hour(10)).overlaps(TimeRange(hour(8), hour(12)))


@given(spans(), spans())
def test_overlap_is_symmetric(a: TimeRange, b: TimeRange) -> None:
    assert a.overlaps(b) is b.overlaps(a)


@given(spans())
def test_every_span_overlaps_itself(a: TimeRange) -> None:
    assert a.overlaps(a)


@given(spans(), spans())
def test_spans_overlap_exactly_when_they_share_an_instant(a: TimeRange, b: TimeRange) -> None:
    """If two half-open spans share any instant, they share the later start."""
    later = max(a.start, b.start)
    assert a.overlaps(b) is (a.contains(later) and b.contains(later))


@given(near_changes(), st.integers(1, 600))
def test_lasting_means_elapsed_time_even_across_a_clock_change(start: datetime, minutes: int) -> None:
    span = TimeRange.lasting(start, timedelta(minutes=minutes))
    assert span.duration == timedelta(minutes=minutes)
    assert span.start.timestamp() == start.timestamp()


def test_two_hours_over_the_spring_gap_end_at_half_past_four_on_the_wall() -> None:
    span = TimeRange.lasting(datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN), timedelta(hours=2))
    assert span.end.astimezone(BERLIN).replace(tzinfo=None) == datetime(2026, 3, 29, 4, 30)  # noqa: DTZ001 - wall time


def test_the_night_of_the_autumn_change_is_an_hour_longer() -> None:
    night = TimeRange(datetime(2026, 10, 25, tzinfo=BERLIN), datetime(2026, 10, 25, 6, tzinfo=BERLIN))
    assert night.duration == timedelta(hours=7)


def test_both_passes_through_the_doubled_hour_are_different_spans() -> None:
    first = TimeRange.lasting(datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN), timedelta(minutes=30))
    second = TimeRange.lasting(datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=BERLIN), timedelta(minutes=30))
    assert first != second
    assert not first.overlaps(second)
    assert second.start - first.start == timedelta(hours=1)


def test_the_zone_it_was_written_in_is_no_part_of_a_span() -> None:
    berlin = TimeRange(hour(9).astimezone(BERLIN), hour(10).astimezone(BERLIN))
    assert berlin == TimeRange(hour(9), hour(10))
    assert hash(berlin) == hash(TimeRange(hour(9), hour(10)))
    assert berlin.start.tzinfo is UTC


@given(st.lists(spans(), max_size=8))
def test_spans_sort_by_start_then_end(found: list[TimeRange]) -> None:
    assert sorted(found) == sorted(found, key=lambda s: (s.start, s.end))
