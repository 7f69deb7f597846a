"""When to stop calling a provider that keeps failing: a pure state machine."""

import enum
from datetime import datetime, timedelta

import attrs

from ..shared.errors import InvalidValue


class BreakerState(enum.Enum):
    """``closed``: calls pass. ``open``: none pass. ``half_open``: one trial call is under way."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@attrs.frozen(kw_only=True)
class BreakerPolicy:
    """Open after so many failures in a row; let one trial call pass after ``rest``. Raises InvalidValue unless both
    are positive."""

    failures: int = 5
    rest: timedelta = timedelta(seconds=30)

    def __attrs_post_init__(self) -> None:
        if self.failures < 1:
            raise InvalidValue("a breaker opens after at least one failure", field="failures")
        if self.rest <= timedelta():
            raise InvalidValue("a breaker rests for a while before it tries again", field="rest")


@attrs.frozen(kw_only=True)
class CircuitBreaker:
    """A value: every method gives the next one. ``since`` is when it opened or the trial began."""

    policy: BreakerPolicy = BreakerPolicy()
    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    since: datetime | None = None

    def admit(self, now: datetime) -> "CircuitBreaker | None":
        """The breaker with one more call under way, or None when the call must not be made.

        A trial that never reports back (its process died) is given up after ``rest``.
        """
        if self.state is BreakerState.CLOSED:
            return self
        if self.since is not None and now - self.since >= self.policy.rest:
            return attrs.evolve(self, state=BreakerState.HALF_OPEN, since=now)
        return None

    def succeeded(self) -> "CircuitBreaker":
        """A call was answered."""
        return CircuitBreaker(policy=self.policy)

    def failed(self, now: datetime) -> "CircuitBreaker":
        """A call was not answered, or the answer was that the provider is broken."""
        failures = self.failures + 1
        if self.state is BreakerState.HALF_OPEN or failures >= self.policy.failures:
            return attrs.evolve(self, state=BreakerState.OPEN, failures=failures, since=now)
        return attrs.evolve(self, failures=failures)

    def retry_at(self) -> datetime | None:
        """When the next trial may pass, None while closed."""
        return None if self.since is None else self.since + self.policy.rest
