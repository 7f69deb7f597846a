"""Backoff: its bounds, and when to give up."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.resilience.retry import RetryPolicy, RetrySchedule

POLICY = RetryPolicy()
JITTER = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(("attempt", "ceiling_s"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, None), (5, None)])
def test_the_ceiling_doubles_until_the_attempts_are_used_up(attempt: int, ceiling_s: float | None) -> None:
    found = POLICY.delay_s(attempt, jitter=0.5)
    assert found == (None if ceiling_s is None else ceiling_s / 2)


def test_one_attempt_means_no_retry() -> None:
    assert RetryPolicy(attempts=1).delay_s(1, jitter=0) is None


@given(st.integers(1, 5_000), JITTER)
def test_a_delay_is_never_negative_and_never_above_its_ceiling(attempt: int, jitter: float) -> None:
    patient = RetryPolicy(attempts=10_000, first_s=0.5, longest_s=20)
    delay = patient.delay_s(attempt, jitter=jitter)
    assert delay is not None
    assert 0 <= delay <= min(20, 0.5 * 2 ** min(attempt - 1, 100))


@given(st.integers(1, 5_000), JITTER, JITTER)
def test_more_jitter_means_a_longer_delay(attempt: int, a: float, b: float) -> None:
    patient = RetryPolicy(attempts=10_000)
    short, long = (patient.delay_s(attempt, jitter=j) for j in sorted((a, b)))
    assert short is not None
    assert long is not None
    assert short <= long


def test_full_jitter_reaches_from_nothing_to_the_longest() -> None:
    patient = RetryPolicy(attempts=100)
    assert patient.delay_s(50, jitter=0) == 0
    assert patient.delay_s(50, jitter=math.nextafter(1, 0)) == pytest.approx(30)


@given(st.integers(1, 3), JITTER, st.floats(0, 120))
def test_retry_after_is_a_floor(attempt: int, jitter: float, retry_after_s: float) -> None:
    delay = POLICY.delay_s(attempt, jitter=jitter, retry_after_s=retry_after_s)
    assert delay is not None
    assert delay >= retry_after_s
    assert delay == max(retry_after_s, POLICY.delay_s(attempt, jitter=jitter) or 0)


@pytest.mark.parametrize(("retry_after_s", "waits"), [(120, True), (120.1, False), (86_400, False), (math.inf, False)])
def test_a_retry_after_that_is_too_long_means_giving_up_now(retry_after_s: float, waits: bool) -> None:
    assert (POLICY.delay_s(1, jitter=0, retry_after_s=retry_after_s) is not None) is waits


@pytest.mark.parametrize("retry_after_s", [-5.0, math.nan])
def test_a_retry_after_that_makes_no_sense_is_passed_over(retry_after_s: float) -> None:
    assert POLICY.delay_s(1, jitter=0.5, retry_after_s=retry_after_s) == 0.5


def test_a_schedule_gives_its_waits_one_by_one_and_then_gives_up() -> None:
    schedule = RetrySchedule(delays_s=(5.0, 60.0), spread=0.1)
    assert [schedule.delay_s(n, jitter=0.0) for n in (1, 2, 3)] == [5.0, 60.0, None]
    assert schedule.delay_s(2, jitter=0.5) == pytest.approx(63.0)


def test_a_schedule_obeys_retry_after_up_to_its_longest_wait() -> None:
    schedule = RetrySchedule(delays_s=(5.0,), longest_wait_s=100.0)
    assert schedule.delay_s(1, jitter=0.0, retry_after_s=2.0) == 5.0
    assert schedule.delay_s(1, jitter=0.0, retry_after_s=50.0) == 50.0
    assert schedule.delay_s(1, jitter=0.0, retry_after_s=1e9) == 100.0
    assert schedule.delay_s(2, jitter=0.0, retry_after_s=1.0) is None
