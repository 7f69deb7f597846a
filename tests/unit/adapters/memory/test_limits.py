"""The limiter in memory: bounded, and right whatever the sequence."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.limits import MemoryLimiter
from tresen.domain.shared.errors import TooManyRequests

MINUTE = timedelta(minutes=1)


def test_it_remembers_only_so_many_keys() -> None:
    limiter = MemoryLimiter(FixedClock(), max_keys=10)
    for n in range(1_000):
        limiter.hit(f"key {n}", limit=5, window=MINUTE)
    assert len(limiter) == 10


def test_the_key_that_was_hit_longest_ago_is_forgotten_first() -> None:
    limiter = MemoryLimiter(FixedClock(), max_keys=2)
    for key in ("a", "b", "a", "c"):
        limiter.hit(key, limit=2, window=MINUTE)
    with pytest.raises(TooManyRequests):
        limiter.hit("a", limit=2, window=MINUTE)
    limiter.hit("b", limit=1, window=MINUTE)


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 5))
def test_no_window_ever_holds_more_than_the_limit_and_none_is_refused_below_it(pauses: list[int], limit: int) -> None:
    clock = FixedClock()
    limiter = MemoryLimiter(clock)
    allowed: list[float] = []
    for pause in pauses:
        clock.advance(timedelta(seconds=pause))
        now = clock.now().timestamp()
        recent = [moment for moment in allowed if now - moment < MINUTE.total_seconds()]
        if len(recent) < limit:
            limiter.hit("a", limit=limit, window=MINUTE)
            allowed.append(now)
        else:
            with pytest.raises(TooManyRequests) as refused:
                limiter.hit("a", limit=limit, window=MINUTE)
            assert refused.value.details["retry_after_s"] == recent[0] + 60 - now
