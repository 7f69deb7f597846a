"""Trying again, where that cannot do harm."""

import attrs

from ...application.ports.clock import Clock, Dice
from ...domain.resilience.retry import RetryPolicy
from .failures import CallFailed
from .messages import HttpRequest, HttpResponse, Transport


@attrs.frozen
class Retry(Transport):
    """Repeats failed calls with exponential backoff and full jitter; a Retry-After is waited out.

    Calls that are not idempotent are only repeated when the provider certainly did nothing: no connection, or 429.
    """

    _inner: Transport
    _policy: RetryPolicy
    _clock: Clock
    _dice: Dice

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The first usable answer, or the last failure."""
        attempt = 1
        while True:
            try:
                return await self._inner.send(request)
            except CallFailed as failure:
                delay = self._delay(request, failure, attempt)
                if delay is None:
                    raise
            await self._clock.sleep(delay)
            attempt += 1
            request = attrs.evolve(request, attempt=attempt)

    def _delay(self, request: HttpRequest, failure: CallFailed, attempt: int) -> float | None:
        if not (request.idempotent or failure.nothing_done):
            return None
        return self._policy.delay_s(attempt, jitter=self._dice.roll(), retry_after_s=failure.retry_after_s)
