"""No calls to a provider that keeps failing."""

import attrs

from ...application.ports.clock import Clock
from ...domain.resilience.circuit_breaker import CircuitBreaker
from .failures import CallFailed, CallsSuspended
from .messages import HttpRequest, HttpResponse, Transport


@attrs.define(eq=False)
class BreakerCell:
    """Where an account's breaker is kept; everyone who calls for the account shares it."""

    value: CircuitBreaker = attrs.field(factory=CircuitBreaker)


@attrs.frozen
class Break(Transport):
    """Lets a try pass while the breaker does, and tells the breaker how it went."""

    _inner: Transport
    _cell: BreakerCell
    _clock: Clock

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer. Raises CallsSuspended when no call may be made now."""
        admitted = self._cell.value.admit(self._clock.now())
        if admitted is None:
            raise self._suspended()
        self._cell.value = admitted
        try:
            response = await self._inner.send(request)
        except CallFailed as failure:
            self._note(failure)
            raise
        self._cell.value = self._cell.value.succeeded()
        return response

    def _note(self, failure: CallFailed) -> None:
        breaker = self._cell.value
        self._cell.value = breaker.succeeded() if failure.answered else breaker.failed(self._clock.now())

    def _suspended(self) -> CallsSuspended:
        retry_at = self._cell.value.retry_at()
        if retry_at is None:
            return CallsSuspended("the provider failed too often; calls are suspended")
        wait = max(0.0, (retry_at - self._clock.now()).total_seconds())
        return CallsSuspended(
            f"the provider failed too often; the next call is tried at {retry_at.isoformat(timespec='seconds')}",
            retry_at=retry_at.isoformat(),
            retry_after_s=wait,
        )
