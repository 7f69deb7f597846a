"""Schedules: ticks that come, that were missed, that are paused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import IDS, NOON, values_of
from tests.builders import a_schedule as schedule_of

from tresen.domain.schedules.cron import CronFields
from tresen.domain.schedules.schedule import Schedule
from tresen.domain.schedules.timing import Cron, Every
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.unset import UNSET

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TENANT = TenantId(IDS.new())
NIGHTLY = Cron("0 2 * * *", CronFields(minutes=frozenset({0}), hours=frozenset({2})), "Europe/Berlin")


def a_schedule() -> Schedule:
    """Hourly, from noon on."""
    return schedule_of(TENANT)


def test_a_tick_is_due_from_its_instant_on() -> None:
    schedule = a_schedule()
    assert not schedule.is_due(NOON + HOUR - timedelta(microseconds=1))
    assert schedule.is_due(NOON + HOUR)


def test_a_tick_sets_the_next_one() -> None:
    schedule = a_schedule()
    schedule.tick(NOON + HOUR + MINUTE)
    assert schedule.next_at == NOON + 2 * HOUR
    assert schedule.last_tick_at == NOON + HOUR + MINUTE


def test_missed_ticks_are_one_and_the_rhythm_stays() -> None:
    schedule = a_schedule()
    schedule.tick(NOON + 5 * HOUR + MINUTE)
    assert schedule.next_at == NOON + 6 * HOUR


def test_a_tick_that_has_not_come_changes_nothing() -> None:
    schedule = a_schedule()
    schedule.tick(NOON)
    assert (schedule.next_at, schedule.last_tick_at) == (NOON + HOUR, None)


def test_a_skipped_tick_is_no_last_tick() -> None:
    schedule = a_schedule()
    schedule.tick(NOON + HOUR, skipped=True)
    assert (schedule.next_at, schedule.last_tick_at) == (NOON + 2 * HOUR, None)


def test_a_paused_one_never_ticks_and_counts_anew_when_it_is_resumed() -> None:
    schedule = a_schedule()
    schedule.pause(NOON + MINUTE)
    schedule.pause(NOON + HOUR)
    assert values_of(schedule)["paused_at"] == NOON + MINUTE
    assert not schedule.is_due(NOON + 100 * HOUR)
    schedule.tick(NOON + 100 * HOUR)
    assert schedule.last_tick_at is None
    schedule.resume(NOON + 5 * HOUR + MINUTE)
    assert values_of(schedule)["paused_at"] is None
    assert schedule.next_at == NOON + 6 * HOUR + MINUTE


@pytest.mark.parametrize("timing", [Every(3_600), NIGHTLY])
def test_one_that_a_clock_led_astray_is_brought_back(timing: Every | Cron) -> None:
    schedule = schedule_of(TENANT, timing=timing, next_at=timing.next_after(NOON, last=NOON))
    right = schedule.next_at
    schedule.tick(NOON + timedelta(days=365))
    assert schedule.bring_back(NOON)
    assert schedule.next_at == right


@pytest.mark.parametrize("timing", [Every(3_600), NIGHTLY])
@pytest.mark.parametrize("back", [timedelta(), timedelta(minutes=5)])
def test_a_tick_that_came_does_not_come_again_when_a_clock_is_corrected(timing: Every | Cron, back: timedelta) -> None:
    schedule = schedule_of(TENANT, timing=timing, next_at=timing.next_after(NOON, last=NOON))
    ticked_at = schedule.next_at
    assert ticked_at is not None
    schedule.tick(ticked_at)
    before = schedule.next_at
    assert not schedule.bring_back(ticked_at - back)
    assert schedule.next_at == before


def test_a_paused_one_is_never_astray() -> None:
    schedule = a_schedule()
    schedule.pause(NOON)
    assert not schedule.bring_back(NOON - timedelta(days=365))
    assert schedule.next_at is None


def test_resuming_one_that_is_not_paused_changes_nothing() -> None:
    schedule = a_schedule()
    schedule.resume(NOON + 30 * MINUTE)
    assert schedule.next_at == NOON + HOUR


def test_a_new_timing_counts_from_now() -> None:
    schedule = a_schedule()
    schedule.edit(name="renamed", timing=NIGHTLY, payload={"a": "b"}, now=NOON)
    assert schedule.name == "renamed"
    assert schedule.payload == {"a": "b"}
    assert schedule.next_at == datetime(2026, 3, 3, 1, tzinfo=UTC)


def test_the_same_timing_does_not_begin_anew() -> None:
    schedule = a_schedule()
    schedule.edit(name=UNSET, timing=Every(3_600), payload=UNSET, now=NOON + MINUTE)
    assert schedule.next_at == NOON + HOUR


def test_a_paused_one_stays_paused_when_it_is_edited() -> None:
    schedule = a_schedule()
    schedule.pause(NOON)
    schedule.edit(name=UNSET, timing=NIGHTLY, payload=UNSET, now=NOON)
    assert (schedule.timing, schedule.next_at) == (NIGHTLY, None)


@pytest.mark.parametrize("seconds", [0, -60, 366 * 86_400 + 1])
def test_intervals_have_bounds(seconds: int) -> None:
    with pytest.raises(InvalidValue):
        Every(seconds)


def test_a_zone_is_one_of_iana() -> None:
    with pytest.raises(InvalidValue):
        Cron("0 2 * * *", NIGHTLY.fields, "Berlin")


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_a_name_has_bounds(name: str) -> None:
    with pytest.raises(InvalidValue):
        a_schedule().edit(name=name, timing=UNSET, payload=UNSET, now=NOON)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": frozenset({60})},
        {"hours": frozenset({24})},
        {"days": frozenset({0})},
        {"months": frozenset({13})},
        {"weekdays": frozenset({7})},
        {"weekdays": frozenset()},
        {"days": frozenset({30, 31}), "months": frozenset({2})},
        {"days": frozenset({31}), "months": frozenset({4, 6, 9, 11})},
    ],
)
def test_what_never_comes_is_refused(wrong: dict[str, frozenset[int]]) -> None:
    with pytest.raises(InvalidValue):
        CronFields(**{"minutes": frozenset({0}), "hours": frozenset({0}), **wrong})  # type: ignore[arg-type]  # fields


@given(
    seconds=st.integers(1, 366 * 86_400),
    last=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - made aware below
    late_s=st.floats(-1_000, 10_000_000),
)
def test_the_next_of_an_interval_is_the_first_in_its_rhythm(seconds: int, last: datetime, late_s: float) -> None:
    last = last.replace(tzinfo=UTC)
    now = last + timedelta(seconds=late_s)
    every = timedelta(seconds=seconds)
    following = Every(seconds).next_after(now, last=last)
    assert (following - last) % every == timedelta()
    assert following > max(now, last)
    assert following - every <= max(now, last)
