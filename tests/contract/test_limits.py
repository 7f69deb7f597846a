"""What a limiter promises (ports/limits.py)."""

from datetime import timedelta

import pytest

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.limits import MemoryLimiter
from tresen.application.ports.limits import Limiter
from tresen.domain.shared.errors import TooManyRequests

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(params=["memory"])
def limiter(clock: FixedClock) -> Limiter:
    return MemoryLimiter(clock)


def refused(limiter: Limiter, key: str = "a", *, limit: int = 3) -> float | None:
    """After how many seconds to come back, None when an attempt was allowed, and counted."""
    try:
        limiter.hit(key, limit=limit, window=MINUTE)
    except TooManyRequests as error:
        wait = error.details["retry_after_s"]
        assert isinstance(wait, int)
        return wait
    return None


def test_as_many_as_the_limit_are_allowed(limiter: Limiter) -> None:
    assert [refused(limiter) is None for _ in range(5)] == [True, True, True, False, False]


def test_keys_do_not_know_each_other(limiter: Limiter) -> None:
    for key in ("a", "A", "", "ü"):
        assert [refused(limiter, key) is None for _ in range(4)] == [True, True, True, False]


def test_an_attempt_counts_for_the_length_of_the_window(limiter: Limiter, clock: FixedClock) -> None:
    """The window slides: each attempt is forgotten by itself."""
    for _ in range(3):
        assert refused(limiter) is None
        clock.advance(10 * SECOND)
    clock.advance(30 * SECOND - timedelta(microseconds=1))
    assert refused(limiter) is not None
    clock.advance(timedelta(microseconds=1))
    assert refused(limiter) is None
    assert refused(limiter) is not None


def test_who_comes_back_when_told_is_let_in(limiter: Limiter, clock: FixedClock) -> None:
    for wait in (0.0, 7.25, 11.0):
        clock.advance(timedelta(seconds=wait))
        limiter.hit("a", limit=3, window=MINUTE)
    wait_s = refused(limiter)
    assert wait_s is not None
    assert 0 < wait_s <= 60
    clock.advance(timedelta(seconds=wait_s) - SECOND - timedelta(microseconds=1))
    assert refused(limiter) is not None
    clock.advance(SECOND + timedelta(microseconds=1))
    assert refused(limiter) is None


def test_refused_attempts_do_not_prolong_the_wait(limiter: Limiter, clock: FixedClock) -> None:
    for _ in range(3):
        limiter.hit("a", limit=3, window=MINUTE)
    for _ in range(59):
        clock.advance(SECOND)
        assert refused(limiter) is not None
    clock.advance(SECOND)
    assert refused(limiter) is None


def test_an_attempt_that_is_given_back_does_not_count(limiter: Limiter) -> None:
    limiter.release("never seen")
    for _ in range(10):
        limiter.hit("a", limit=2, window=MINUTE)
        limiter.hit("a", limit=2, window=MINUTE)
        assert refused(limiter, "a", limit=2) is not None
        limiter.release("a")
        limiter.release("a")


def test_a_forgotten_key_starts_anew(limiter: Limiter) -> None:
    for key in ("a", "b"):
        limiter.hit(key, limit=1, window=MINUTE)
    limiter.forget("a")
    limiter.forget("never seen")
    assert refused(limiter, "a", limit=1) is None
    assert refused(limiter, "b", limit=1) is not None


def test_one_key_may_have_two_windows(limiter: Limiter, clock: FixedClock) -> None:
    """The short one does not make the long one forget."""
    hour = timedelta(hours=1)
    for _ in range(2):
        limiter.hit("a", limit=2, window=hour)
        clock.advance(2 * MINUTE)
    limiter.hit("a", limit=1, window=MINUTE)
    with pytest.raises(TooManyRequests):
        limiter.hit("a", limit=3, window=hour)


def test_a_limit_of_none_lets_nobody_in(limiter: Limiter) -> None:
    assert refused(limiter, limit=0) == 60


def test_a_clock_that_is_set_back_forgets_nothing(limiter: Limiter, clock: FixedClock) -> None:
    limiter.hit("a", limit=3, window=MINUTE)
    clock.advance(-100 * SECOND)
    limiter.hit("a", limit=3, window=MINUTE)
    clock.advance(130 * SECOND)
    assert refused(limiter, limit=1) is not None


def test_a_clock_that_is_set_back_locks_nobody_out_for_longer(limiter: Limiter, clock: FixedClock) -> None:
    limiter.hit("a", limit=2, window=MINUTE)
    clock.advance(-10 * SECOND)
    limiter.hit("a", limit=2, window=MINUTE)
    clock.advance(70 * SECOND)
    assert refused(limiter, limit=2) is None
