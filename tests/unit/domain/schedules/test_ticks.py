"""Cron in zones whose clocks are changed (design: as Debian's cron)."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.domain.schedules import reference

from tresen.domain.schedules.cron import CronFields
from tresen.domain.schedules.ticks import ticks

ALL_MINUTES, ALL_HOURS = frozenset(range(60)), frozenset(range(24))

# A zone, and days around which its clocks do something.
CHANGES = {
    "Europe/Berlin": [(2026, 3, 29), (2026, 10, 25)],
    "Australia/Lord_Howe": [(2026, 4, 4), (2026, 10, 3)],  # half an hour
    "Antarctica/Troll": [(2026, 3, 29), (2026, 10, 25)],  # two hours
    "Africa/Cairo": [(2026, 4, 23), (2026, 10, 29)],  # from 00:00 to 01:00, and back to 23:00 of the day before
    "America/Sao_Paulo": [(2018, 2, 17), (2018, 11, 3)],  # the same
    "America/Goose_Bay": [(2010, 3, 14), (2010, 11, 7)],  # one minute past midnight, which is shown twice
    "Pacific/Apia": [(2011, 12, 29), (2012, 4, 1)],  # a whole day is skipped
    "Asia/Kathmandu": [(2026, 1, 1), (1985, 12, 31)],  # a quarter of an hour, once
    "UTC": [(2026, 3, 29), (2024, 2, 28)],
}


def fields(minutes: set[int] | frozenset[int], hours: set[int] | frozenset[int], **others: object) -> CronFields:
    return CronFields(minutes=frozenset(minutes), hours=frozenset(hours), **others)  # type: ignore[arg-type]  # others are fields of it


def following(what: CronFields, after: datetime, zone: str, count: int) -> list[datetime]:
    return list(islice(ticks(what, after, ZoneInfo(zone)), count))


def civil(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type, misc]  # mypy: parts might include a zone


def shown(instants: list[datetime], zone: str) -> list[str]:
    return [f"{instant.astimezone(ZoneInfo(zone)):%a %H:%M %z}" for instant in instants]


def test_a_fixed_time_in_a_gap_ticks_when_the_gap_ends() -> None:
    found = following(fields({30}, {2}), civil("Europe/Berlin", 2026, 3, 28, 0), "Europe/Berlin", 3)
    assert shown(found, "Europe/Berlin") == ["Sat 02:30 +0100", "Sun 03:00 +0200", "Mon 02:30 +0200"]


def test_a_fixed_time_that_comes_twice_ticks_the_first_time() -> None:
    found = following(fields({30}, {2}), civil("Europe/Berlin", 2026, 10, 24, 0), "Europe/Berlin", 3)
    assert shown(found, "Europe/Berlin") == ["Sat 02:30 +0200", "Sun 02:30 +0200", "Mon 02:30 +0100"]


def test_fixed_times_of_one_gap_are_one_tick() -> None:
    found = following(fields({0, 20, 40}, {2, 3}), civil("Europe/Berlin", 2026, 3, 29, 0), "Europe/Berlin", 3)
    assert shown(found, "Europe/Berlin") == ["Sun 03:00 +0200", "Sun 03:20 +0200", "Sun 03:40 +0200"]


def test_what_follows_real_time_ticks_in_both_of_a_doubled_hour_and_in_no_gap() -> None:
    hourly = fields({0}, ALL_HOURS, real_time=True)
    autumn = following(hourly, civil("Europe/Berlin", 2026, 10, 25, 1, 30), "Europe/Berlin", 3)
    assert shown(autumn, "Europe/Berlin") == ["Sun 02:00 +0200", "Sun 02:00 +0100", "Sun 03:00 +0100"]
    spring = following(hourly, civil("Europe/Berlin", 2026, 3, 29, 0, 30), "Europe/Berlin", 2)
    assert shown(spring, "Europe/Berlin") == ["Sun 01:00 +0100", "Sun 03:00 +0200"]


def test_half_an_hour_is_skipped_and_doubled_on_lord_howe_island() -> None:
    zone = "Australia/Lord_Howe"
    spring = following(fields({15}, {2}), civil(zone, 2026, 10, 3, 3), zone, 2)
    assert shown(spring, zone) == ["Sun 02:30 +1100", "Mon 02:15 +1100"]
    autumn = following(fields({45}, {1}), civil(zone, 2026, 4, 4, 3), zone, 2)
    assert shown(autumn, zone) == ["Sun 01:45 +1100", "Mon 01:45 +1030"]


def test_midnight_may_be_missing() -> None:
    zone = "America/Sao_Paulo"
    found = following(fields({0}, {0}), civil(zone, 2018, 11, 3, 12), zone, 2)
    assert shown(found, zone) == ["Sun 01:00 -0200", "Mon 00:00 -0200"]


def test_a_day_may_be_missing() -> None:
    zone = "Pacific/Apia"
    found = following(fields({0}, {12}), civil(zone, 2011, 12, 29, 0), zone, 3)
    assert shown(found, zone) == ["Thu 12:00 -1000", "Sat 00:00 +1400", "Sat 12:00 +1400"]


def test_a_leap_day_comes_after_years() -> None:
    leap = fields({0}, {0}, days=frozenset({29}), months=frozenset({2}))
    assert following(leap, datetime(2096, 3, 1, tzinfo=UTC), "UTC", 1) == [datetime(2104, 2, 29, tzinfo=UTC)]
    sunday = fields({0}, {0}, days=frozenset({29}), months=frozenset({2}), weekdays=frozenset({0}), real_time=True)
    assert following(sunday, datetime(2088, 3, 1, tzinfo=UTC), "UTC", 1) == [datetime(2128, 2, 29, tzinfo=UTC)]


def test_one_of_day_and_weekday_is_enough_where_both_are_restricted() -> None:
    what = fields({0}, {0}, days=frozenset({13}), weekdays=frozenset({5}), either_day=True)
    found = following(what, datetime(2026, 3, 1, tzinfo=UTC), "UTC", 6)
    assert [tick.day for tick in found] == [6, 13, 20, 27, 3, 10]


def test_a_tick_lies_after_the_instant_even_within_its_own_second() -> None:
    what = fields({0}, {12})
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert following(what, noon, "UTC", 1) == [noon + timedelta(days=1)]
    assert following(what, noon - timedelta(microseconds=1), "UTC", 1) == [noon]


numbers = st.frozensets
any_fields = st.builds(
    CronFields,
    minutes=st.one_of(
        st.just(ALL_MINUTES),
        numbers(st.sampled_from([0, 1, 15, 29, 30, 45, 59]), min_size=1),
        numbers(st.integers(0, 59), min_size=1),
    ),
    hours=st.one_of(
        st.just(ALL_HOURS),
        numbers(st.sampled_from([0, 1, 2, 3, 23]), min_size=1),
        numbers(st.integers(0, 23), min_size=1),
    ),
    days=st.one_of(st.just(frozenset(range(1, 32))), numbers(st.integers(1, 31), min_size=12)),
    months=st.just(frozenset(range(1, 13))),
    weekdays=st.one_of(st.just(frozenset(range(7))), numbers(st.integers(0, 6), min_size=3)),
    either_day=st.booleans(),
    real_time=st.booleans(),
)
places = st.sampled_from([(zone, datetime(*day, tzinfo=UTC)) for zone, days in CHANGES.items() for day in days])


@pytest.mark.parametrize("real_time", [False, True])
@given(what=any_fields, place=places, offset_s=st.integers(-86_400, 86_400))
@example(what=fields({30}, {2}), place=("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)), offset_s=0)
def test_ticks_are_those_of_a_clock_that_is_looked_at_every_minute(
    what: CronFields, place: tuple[str, datetime], offset_s: int, *, real_time: bool
) -> None:
    zone, day = place
    start = day + timedelta(seconds=offset_s)
    end = start + timedelta(hours=50)
    what = fields(
        what.minutes,
        what.hours,
        days=what.days,
        weekdays=what.weekdays,
        either_day=what.either_day,
        real_time=real_time,
    )
    expected = reference.ticks(what, zone, start, end)
    *found, beyond = following(what, start, zone, len(expected) + 1)
    assert found == expected
    assert beyond > end
