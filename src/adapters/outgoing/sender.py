"""Sending a message: exactly the bytes that are signed, to an address of the open internet, within a time limit."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus

import attrs
import httpcore

from ...application.ports.clock import Clock
from ...application.ports.outgoing import Answer, WebhookSender
from ...domain.shared.errors import InvalidValue
from ...domain.webhooks.message import Message, cleaned_excerpt
from ..http.address_guard import check_endpoint_url
from ..http.answers import retry_after_s
from ..http.failures import AddressForbidden, CallFailed
from ..http.messages import HttpRequest, HttpResponse
from ..http.pool import ConnectionPool, TimeLimits
from ..http.wire import Incoming
from .signature import signed_headers

_log = logging.getLogger("tresen.outgoing")

LIMITS = TimeLimits(connect=5.0, read=15.0, write=15.0, total=15.0)
ANSWER_MAX = 65_536
# The status is the answer. So much longer, in seconds, is read of what comes after it, for the log of attempts.
_BODY_S = 1.0
_FORBIDDEN = "address_forbidden"
_THROTTLING = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


@attrs.frozen
class HttpWebhookSender(WebhookSender):
    """A connection of its own for every try, so that each looks the name up anew and none waits for another.

    ``allow_private`` also calls addresses inside our own network and plain ``http``.
    """

    _clock: Clock
    _allow_private: bool = attrs.field(default=False, kw_only=True)
    _limits: TimeLimits = attrs.field(default=LIMITS, kw_only=True)

    def checked_url(self, url: str) -> str:
        """``https`` and of the open internet, as far as the text tells."""
        return check_endpoint_url(url, allow_private=self._allow_private)

    async def send(self, message: Message, *, url: str, secrets: Sequence[str]) -> Answer:
        """One POST. Redirects are answers like others."""
        now = self._clock.now()
        headers = signed_headers(
            webhook_id=message.webhook_id, timestamp=int(now.timestamp()), body=message.body, secrets=secrets
        )
        started = time.perf_counter()
        answer = await self._answer(url, message.body, headers)
        answer = attrs.evolve(answer, duration_s=time.perf_counter() - started)
        _log.info(
            "webhook sent",
            extra={
                "endpoint": str(message.endpoint_id),
                "webhook_id": message.webhook_id,
                "status": answer.status,
                "error": answer.error,
                "duration_ms": round(answer.duration_s * 1000, 3),
            },
        )
        return answer

    async def _answer(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            request = HttpRequest(
                method="POST",
                url=self.checked_url(url),
                headers={
                    "content-type": "application/json",
                    "accept": "*/*",
                    "accept-encoding": "identity",
                    **headers,
                },
                body=body,
                idempotent=True,
                operation="webhook",
            )
            async with ConnectionPool(
                allow_private=self._allow_private, limits=self._limits, read=_beginning
            ) as sockets:
                response = await sockets.send(request)
        except (AddressForbidden, InvalidValue) as refusal:
            return Answer(error=_FORBIDDEN, duration_s=0.0, excerpt=cleaned_excerpt(refusal.message))
        except CallFailed as failure:
            return Answer(error=failure.outcome, duration_s=0.0, excerpt=cleaned_excerpt(failure.message))
        return self._as_answer(response)

    def _as_answer(self, response: HttpResponse) -> Answer:
        throttles = response.status in _THROTTLING
        return Answer(
            status=response.status,
            duration_s=0.0,
            excerpt=cleaned_excerpt(response.body.decode("utf-8", "replace")),
            retry_after_s=retry_after_s(response.headers, self._clock.now()) if throttles else None,
        )


async def _beginning(request: HttpRequest, answer: Incoming) -> bytes:  # noqa: ARG001 -- the pool's signature
    """What comes in a second, up to 64 KiB: a receiver that talks on and on is not listened to."""
    start = bytearray()
    with suppress(TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        async with asyncio.timeout(_BODY_S):
            async for piece in answer.pieces():
                start += piece
                if len(start) >= ANSWER_MAX:
                    break
    return bytes(start[:ANSWER_MAX])
