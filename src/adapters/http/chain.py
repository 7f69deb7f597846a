"""Puts an account's chain of transports together."""

from collections.abc import AsyncIterator, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import attrs

from ...application.ports.clock import Clock, Dice
from ...domain.resilience.circuit_breaker import BreakerPolicy, CircuitBreaker
from ...domain.resilience.rate_budget import RateBudget
from ...domain.resilience.retry import RetryPolicy
from .answers import Effective, RefuseBadAnswers, plain_status
from .breaker import Break, BreakerCell
from .budget import BudgetCell, Pace
from .messages import Transport
from .observation import CallObserver, Observe, Unobserved
from .pool import ConnectionPool, TimeLimits
from .retry import Retry


@attrs.frozen(kw_only=True)
class Pacing:
    """How fast an account may be called."""

    per_second: float
    burst: int


@attrs.frozen
class CallChains:
    """Opens chains; one instance serves a process, for it keeps each account's breaker and budget.

    A try passes, from the outside in: retry, breaker, pace, observation, the judgement of the answer, the sockets.
    """

    _clock: Clock
    _dice: Dice
    _observer: CallObserver = attrs.field(factory=Unobserved)
    allow_private: bool = attrs.field(default=False, kw_only=True)
    _retry: RetryPolicy = attrs.field(factory=RetryPolicy, kw_only=True)
    _breaker: BreakerPolicy = attrs.field(factory=BreakerPolicy, kw_only=True)
    _limits: TimeLimits = attrs.field(factory=TimeLimits, kw_only=True)
    _breakers: dict[Hashable, BreakerCell] = attrs.field(factory=dict, init=False, repr=False)
    _budgets: dict[Hashable, BudgetCell] = attrs.field(factory=dict, init=False, repr=False)

    @property
    def clock(self) -> Clock:
        """The clock that all of them go by."""
        return self._clock

    def open(
        self, *, provider: str, account: Hashable, pacing: Pacing, effective: Effective = plain_status
    ) -> AbstractAsyncContextManager[Transport]:
        """The chain of one account while inside. Breaker and budget outlive it."""
        return self._open(provider, account, pacing, effective)

    @asynccontextmanager
    async def _open(
        self, provider: str, account: Hashable, pacing: Pacing, effective: Effective
    ) -> AsyncIterator[Transport]:
        async with ConnectionPool(allow_private=self.allow_private, limits=self._limits) as sockets:
            judged = RefuseBadAnswers(sockets, self._clock, effective)
            observed = Observe(judged, provider, str(account), self._observer)
            paced = Pace(observed, self._budget(account, pacing), self._clock)
            guarded = Break(paced, self._breaker_cell(account), self._clock)
            yield Retry(guarded, self._retry, self._clock, self._dice)

    def _breaker_cell(self, account: Hashable) -> BreakerCell:
        fresh = BreakerCell(CircuitBreaker(policy=self._breaker))
        return self._breakers.setdefault(account, fresh)

    def _budget(self, account: Hashable, pacing: Pacing) -> BudgetCell:
        """The account's budget; one whose pace was changed in the settings starts anew."""
        cell = self._budgets.get(account)
        if cell is None or (cell.value.per_second, cell.value.burst) != (pacing.per_second, pacing.burst):
            full = RateBudget.full(per_second=pacing.per_second, burst=pacing.burst, now=self._clock.now())
            cell = self._budgets[account] = BudgetCell(full)
        return cell
