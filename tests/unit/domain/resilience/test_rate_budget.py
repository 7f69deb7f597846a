"""A token bucket: never more than its promise in any window."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.resilience.rate_budget import RateBudget
from tresen.domain.shared.errors import InvalidValue

START = datetime(2026, 5, 4, 9, tzinfo=UTC)
RATES = st.sampled_from((0.1, 0.5, 1.0, 3.0, 10.0, 33.3, 1000.0)) | st.floats(0.01, 1000)
BURSTS = st.integers(1, 20)
GAPS = st.lists(st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0, 1000)), min_size=1, max_size=60)


def starts(budget: RateBudget, gaps: list[float]) -> list[tuple[datetime, datetime]]:
    """When each call was asked for and when it may be made."""
    now, calls = START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        budget, wait = budget.take(now)
        calls.append((now, now + wait))
    return calls


@given(RATES, BURSTS, GAPS)
def test_no_window_sees_more_than_burst_and_rate_allow(per_second: float, burst: int, gaps: list[float]) -> None:
    budget = RateBudget.full(per_second=per_second, burst=burst, now=START)
    made = [at for _, at in starts(budget, gaps)]
    for first in range(len(made)):
        for last in range(first, len(made)):
            window_s = (made[last] - made[first]).total_seconds()
            rounding = per_second * 3e-6 + 1e-6  # waits are whole microseconds
            assert last - first + 1 <= burst + per_second * window_s + rounding


@given(RATES, BURSTS, GAPS)
def test_calls_are_made_in_the_order_in_which_they_asked_and_never_before(
    per_second: float, burst: int, gaps: list[float]
) -> None:
    calls = starts(RateBudget.full(per_second=per_second, burst=burst, now=START), gaps)
    assert all(asked <= at for asked, at in calls)
    assert all(b[1] - a[1] >= timedelta(microseconds=-2) for a, b in pairwise(calls))


@given(RATES, BURSTS, GAPS)
def test_nobody_waits_longer_than_the_queue_asks_for(per_second: float, burst: int, gaps: list[float]) -> None:
    """The n-th call after a full budget is due at (n - burst) / rate at the latest, or when it asks."""
    calls = starts(RateBudget.full(per_second=per_second, burst=burst, now=START), [0.0] * len(gaps))
    for n, (_, at) in enumerate(calls, start=1):
        due_s = max(0, n - burst) / per_second
        assert abs((at - START).total_seconds() - due_s) <= 1e-6 + due_s * 1e-9


@given(RATES, BURSTS, st.integers(1, 60))
def test_after_a_long_rest_the_burst_is_free_and_no_more(per_second: float, burst: int, before: int) -> None:
    budget = RateBudget.full(per_second=per_second, burst=burst, now=START)
    for _ in range(before):
        budget, _ = budget.take(START)
    now = START + timedelta(days=1)
    waits = []
    for _ in range(burst + 1):
        budget, wait = budget.take(now)
        waits.append(wait)
    assert waits[:burst] == [timedelta()] * burst
    assert waits[burst].total_seconds() == pytest.approx(1 / per_second, abs=1e-6)


def test_a_clock_set_back_gives_nothing_for_free() -> None:
    budget = RateBudget.full(per_second=1, burst=1, now=START)
    budget, _ = budget.take(START)
    back, wait = budget.take(START - timedelta(hours=1))
    assert wait == timedelta(seconds=1)
    assert back.updated_at == START
    _, wait = back.take(START)
    assert wait == timedelta(seconds=2)


def test_it_is_a_value() -> None:
    budget = RateBudget.full(per_second=1, burst=2, now=START)
    budget.take(START)
    assert budget.level == 2


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (-1, 1), (float("nan"), 1), (1, 0), (1, -3)])
def test_a_budget_that_lets_nothing_pass_is_refused(per_second: float, burst: int) -> None:
    with pytest.raises(InvalidValue):
        RateBudget.full(per_second=per_second, burst=burst, now=START)
