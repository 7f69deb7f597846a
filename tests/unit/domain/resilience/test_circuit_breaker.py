"""The circuit breaker against a model of a few lines, and its edges one by one."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tresen.domain.resilience.circuit_breaker import BreakerPolicy, BreakerState, CircuitBreaker
from tresen.domain.shared.errors import InvalidValue

START = datetime(2026, 5, 4, 9, tzinfo=UTC)
REST = timedelta(seconds=30)
TICK = timedelta(microseconds=1)


class BreakerMachine(RuleBasedStateMachine):
    """The model: a count of failures in a row, and the instant from which the next trial may pass (None: closed)."""

    @initialize(failures=st.integers(1, 4))
    def start(self, failures: int) -> None:
        self.now = START
        self.limit = failures
        self.breaker = CircuitBreaker(policy=BreakerPolicy(failures=failures, rest=REST))
        self.in_a_row = 0
        self.trial_from: datetime | None = None
        self.trying = False
        self.under_way = 0

    @rule(seconds=st.sampled_from((0, 1, 29, 30, 31, 3600)))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def ask(self) -> None:
        admitted = self.breaker.admit(self.now)
        if self.trial_from is not None and self.now < self.trial_from:
            assert admitted is None
            return
        assert admitted is not None
        self.breaker = admitted
        self.under_way += 1
        if self.trial_from is not None:
            self.trying, self.trial_from = True, self.now + REST

    @precondition(lambda self: self.under_way)
    @rule()
    def succeed(self) -> None:
        self.under_way -= 1
        self.breaker = self.breaker.succeeded()
        self.in_a_row, self.trial_from, self.trying = 0, None, False

    @precondition(lambda self: self.under_way)
    @rule()
    def fail(self) -> None:
        self.under_way -= 1
        self.breaker = self.breaker.failed(self.now)
        self.in_a_row += 1
        if self.trying or self.in_a_row >= self.limit:
            self.trial_from, self.trying = self.now + REST, False

    @precondition(lambda self: self.under_way)
    @rule()
    def die(self) -> None:
        """The process that made the call is gone: nobody will report."""
        self.under_way -= 1

    @invariant()
    def it_stands_as_the_model_says(self) -> None:
        expected = BreakerState.CLOSED
        if self.trial_from is not None:
            expected = BreakerState.HALF_OPEN if self.trying else BreakerState.OPEN
        assert self.breaker.state is expected
        assert self.breaker.retry_at() == self.trial_from

    @invariant()
    def it_never_stays_shut_for_good(self) -> None:
        assert self.breaker.admit(self.now + REST) is not None


TestBreakerMachine = BreakerMachine.TestCase


def opened() -> CircuitBreaker:
    breaker = CircuitBreaker(policy=BreakerPolicy(failures=2, rest=REST))
    return breaker.failed(START).failed(START)


def test_it_opens_at_the_given_number_of_failures_and_not_before() -> None:
    breaker = CircuitBreaker()
    for _ in range(4):
        breaker = breaker.failed(START)
        assert breaker.admit(START) is not None
    assert breaker.failed(START).admit(START) is None


def test_a_success_in_between_starts_the_count_again() -> None:
    breaker = CircuitBreaker(policy=BreakerPolicy(failures=2)).failed(START).succeeded().failed(START)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.policy.failures == 2


@pytest.mark.parametrize(("after", "passes"), [(REST - TICK, False), (REST, True), (REST + TICK, True)])
def test_the_rest_ends_to_the_microsecond(after: timedelta, passes: bool) -> None:
    assert (opened().admit(START + after) is not None) is passes


def test_one_trial_at_a_time() -> None:
    trial = opened().admit(START + REST)
    assert trial is not None
    assert trial.state is BreakerState.HALF_OPEN
    assert trial.admit(START + REST) is None
    assert trial.retry_at() == START + 2 * REST


def test_one_failed_trial_opens_it_again_for_a_whole_rest() -> None:
    trial = opened().admit(START + REST)
    assert trial is not None
    again = trial.failed(START + REST + TICK)
    assert again.state is BreakerState.OPEN
    assert again.admit(START + 2 * REST) is None
    assert again.retry_at() == START + 2 * REST + TICK


def test_a_failed_trial_opens_it_again_even_when_more_failures_are_allowed_meanwhile() -> None:
    """Settings may change while it rests."""
    trial = opened().admit(START + REST)
    assert trial is not None
    lenient = attrs.evolve(trial, policy=BreakerPolicy(failures=100, rest=REST))
    assert lenient.failed(START + REST).state is BreakerState.OPEN


def test_a_trial_that_never_reports_is_given_up_after_a_rest() -> None:
    lost = opened().admit(START + REST)
    assert lost is not None
    assert lost.admit(START + 2 * REST - TICK) is None
    assert lost.admit(START + 2 * REST) is not None


def test_an_open_breaker_that_does_not_know_since_when_stays_open() -> None:
    """A stored row without its instant: no call is made on a guess."""
    breaker = CircuitBreaker(state=BreakerState.OPEN)
    assert breaker.admit(START) is None
    assert breaker.retry_at() is None


def test_it_is_a_value() -> None:
    breaker = CircuitBreaker()
    breaker.failed(START)
    assert breaker == CircuitBreaker()


@pytest.mark.parametrize(("failures", "rest"), [(0, REST), (-1, REST), (5, timedelta()), (5, -REST)])
def test_a_policy_without_failures_or_rest_is_refused(failures: int, rest: timedelta) -> None:
    with pytest.raises(InvalidValue):
        BreakerPolicy(failures=failures, rest=rest)
