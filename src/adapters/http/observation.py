"""What is known of every try: one log line and one measurement."""

import logging
import time
from abc import abstractmethod
from collections.abc import Callable
from typing import Protocol

import attrs

from .failures import CallFailed
from .messages import HttpRequest, HttpResponse, Transport

_log = logging.getLogger("tresen.calls")


class CallObserver(Protocol):
    """Counts and times calls."""

    @abstractmethod
    def called(self, *, provider: str, operation: str, outcome: str, duration_s: float) -> None:
        """One try is over. ``outcome`` is the status class of the answer (``2xx``) or why there was none."""


class Unobserved(CallObserver):
    """Nobody counts."""

    def called(self, *, provider: str, operation: str, outcome: str, duration_s: float) -> None:
        """Forget it."""


@attrs.frozen
class Observe(Transport):
    """Logs and measures each try. ``timer`` gives seconds from any start."""

    _inner: Transport
    _provider: str
    _account: str
    _observer: CallObserver = attrs.field(factory=Unobserved)
    _timer: Callable[[], float] = time.perf_counter

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer, unchanged."""
        start = self._timer()
        outcome, status = "aborted", None
        try:
            response = await self._inner.send(request)
            status = response.status
            outcome = f"{status // 100}xx"
        except CallFailed as failure:
            outcome, status = failure.outcome, failure.status
            raise
        finally:
            self._note(request, outcome, status, self._timer() - start)
        return response

    def _note(self, request: HttpRequest, outcome: str, status: int | None, duration_s: float) -> None:
        self._observer.called(
            provider=self._provider, operation=request.operation, outcome=outcome, duration_s=duration_s
        )
        level = logging.INFO if outcome in {"2xx", "3xx"} else logging.WARNING
        if _log.isEnabledFor(level):
            _log.log(
                level,
                "provider called",
                extra={
                    "provider": self._provider,
                    "account": self._account,
                    "operation": request.operation,
                    "method": request.method,
                    "path": request.path,
                    "status": status,
                    "outcome": outcome,
                    "duration_ms": round(duration_s * 1000, 3),
                    "attempt": request.attempt,
                },
            )
