"""Calls no faster than an account allows."""

import attrs

from ...application.ports.clock import Clock
from ...domain.resilience.rate_budget import RateBudget
from .messages import HttpRequest, HttpResponse, Transport


@attrs.define(eq=False)
class BudgetCell:
    """Where an account's budget is kept; everyone who calls for the account shares it."""

    value: RateBudget


@attrs.frozen
class Pace(Transport):
    """Makes each try wait for its turn."""

    _inner: Transport
    _cell: BudgetCell
    _clock: Clock

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer, after the wait."""
        self._cell.value, wait = self._cell.value.take(self._clock.now())
        seconds = wait.total_seconds()
        if seconds > 0:
            await self._clock.sleep(seconds)
        return await self._inner.send(request)
