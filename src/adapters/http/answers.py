"""Answers that count as failures, told apart in one place."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import attrs

from ...application.ports.clock import Clock
from .failures import BadAnswer, Throttled
from .messages import HttpRequest, HttpResponse, Transport

_TOO_MANY = 429
_REQUEST_TIMEOUT = 408
_SERVER_ERRORS = 500
_LONGEST_WAIT_S = 86_400.0

Effective = Callable[[HttpResponse], int]


def plain_status(response: HttpResponse) -> int:
    """For providers whose HTTP status tells the truth."""
    return response.status


@attrs.frozen
class RefuseBadAnswers(Transport):
    """Raises for answers after which trying later may help.

    ``effective`` gives the status that an answer really has: some providers wrap errors into a 200. It raises
    BadAnswer for a body that breaks off.
    """

    _inner: Transport
    _clock: Clock
    _effective: Effective = plain_status

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer unless it is 408, 429 or 5xx."""
        response = await self._inner.send(request)
        status = self._effective(response)
        wait = retry_after_s(response.headers, self._clock.now()) if status >= _REQUEST_TIMEOUT else None
        if status == _TOO_MANY:
            raise Throttled(f"{request.operation}: the provider wants fewer calls", status=status, retry_after_s=wait)
        if status == _REQUEST_TIMEOUT or status >= _SERVER_ERRORS:
            raise BadAnswer(f"{request.operation}: the provider answered {status}", status=status, retry_after_s=wait)
        return response


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from ``now`` that Retry-After asks for (RFC 9110 §10.2.3), None if it says nothing we can read.

    Longer waits than a day are a day: nobody waits so long in a call, and huge numbers are infinite.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(_LONGEST_WAIT_S, float(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(_LONGEST_WAIT_S, max(0.0, (moment - now).total_seconds()))
