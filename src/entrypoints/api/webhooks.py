"""Where providers' webhooks come in. Beside the framework, because there are thousands a second, and all of them want
the same: the raw bytes."""

import logging
import time
from collections.abc import Mapping, Sequence

import attrs
import msgspec
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, MethodNotAllowedException
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from ...application.log_context import bound
from ...application.ports.webhooks import WebhookRequest
from ...application.webhooks.doors import unknown_address
from ...application.webhooks.receive import MAX_BODY, IncomingWebhook
from ..use_cases import UseCases
from .arriving import Arrival, Arrivals
from .envelope import correlation_id_of
from .errors import PROBLEM_TYPE, problem
from .headers import security_headers
from .settings import ApiSettings

_access_log = logging.getLogger("tresen.access")

PREFIX = "/webhooks/"
_INBOUND = "inbound"
# /webhooks/{provider}/{account key}, and one part more for calls that ring.
_PARTS, _PARTS_INBOUND = 4, 5

_NO_CONTENT, _TOO_LARGE = 204, 413
# More than that may still be on its way when a request is refused.
_SHORT, _MAX_DIGITS = 65_536, 15
_CLOSE = (b"connection", b"close")

Headers = Sequence[tuple[bytes, bytes]]


@attrs.frozen(kw_only=True)
class _Address:
    provider: str
    key: str = attrs.field(repr=False)
    is_inbound: bool

    @property
    def template(self) -> str:
        """Without the key, which is a secret."""
        return f"{PREFIX}{self.provider}/{{key}}{'/' + _INBOUND if self.is_inbound else ''}"


@attrs.frozen(kw_only=True)
class _Answer:
    status: int
    body: bytes = b""
    headers: Headers = ()


class WebhookDoor:
    """An ASGI application: answers below ``/webhooks/`` and passes everything else on.

    No login and no limit per address: who sent a webhook is proved by its signature, and a provider sends those of
    all its customers from a few addresses.
    """

    def __init__(self, app: ASGIApp, *, uses: UseCases, settings: ApiSettings) -> None:
        self._app = app
        self._uses = uses
        self._headers = tuple(security_headers(settings))
        self._providers = frozenset(uses.webhook_providers.names())
        self._arrivals = Arrivals(seconds=settings.arrival_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != ScopeType.HTTP or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        started, correlation_id = time.perf_counter(), correlation_id_of(scope)
        address, headers = _address(scope["path"]), _headers(scope)
        with self._arrivals.watch(receive) as arriving:
            with bound(correlation_id=correlation_id):
                try:
                    answer = await self._answer(scope["method"], address, headers, arriving)
                except Exception as error:  # noqa: BLE001 - one table says what each becomes
                    answer = _problem(error, address, correlation_id)
                self._note(scope, address, answer, started)
            await self._send(answer, headers, correlation_id, arriving, send)

    async def _send(
        self, answer: _Answer, asked: Mapping[str, str], correlation_id: str, arriving: Arrival, send: Send
    ) -> None:
        is_arriving = not arriving.is_complete and _is_long(asked)
        headers = [
            *answer.headers,
            # RFC 9110 §8.6
            *(() if answer.status == _NO_CONTENT else ((b"content-length", b"%d" % len(answer.body)),)),
            *((_CLOSE,) if is_arriving and _CLOSE not in answer.headers else ()),
            *self._headers,
            (b"x-correlation-id", correlation_id.encode()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": is_arriving})
        if is_arriving:
            await arriving.drain()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _answer(
        self, method: str, address: _Address | None, headers: Mapping[str, str], arriving: Arrival
    ) -> _Answer:
        if address is None:
            raise unknown_address()
        if method != "POST":
            raise MethodNotAllowedException(headers={"Allow": "POST"})
        if _announced(headers) > MAX_BODY:
            raise _too_large()
        use = self._uses.answer_inbound_call if address.is_inbound else self._uses.receive_webhook
        await use.ensure_open(address.provider, address.key)
        request = WebhookRequest(headers=headers, body=await _body(arriving))
        incoming = IncomingWebhook(provider=address.provider, key=address.key, request=request)
        if address.is_inbound:
            told = await self._uses.answer_inbound_call(incoming)
            return _Answer(
                status=told.status,
                body=msgspec.json.encode(told.body),
                headers=((b"content-type", b"application/json"),),
            )
        receipt = await self._uses.receive_webhook(incoming)
        return _Answer(status=receipt.status)

    def _note(self, scope: HTTPScope, address: _Address | None, answer: _Answer, started: float) -> None:
        # Others' words would each make a series of metrics.
        provider = address.provider if address and address.provider in self._providers else "unknown"
        self._uses.observe_webhook(provider, answer.status)
        if not _access_log.isEnabledFor(logging.INFO):
            return
        _access_log.info(
            "request",
            extra={
                "method": scope["method"],
                "route": address.template if address else "unmatched",
                "status": answer.status,
                "duration_ms": round((time.perf_counter() - started) * 1000, 3),
                "principal": None,
            },
        )


def _address(path: str) -> _Address | None:
    parts = path.split("/")
    is_inbound = len(parts) == _PARTS_INBOUND and parts[-1] == _INBOUND
    if (len(parts) != _PARTS and not is_inbound) or not (parts[2] and parts[3]):
        return None
    return _Address(provider=parts[2], key=parts[3], is_inbound=is_inbound)


def _headers(scope: HTTPScope) -> Mapping[str, str]:
    """The values of one that is given several times are joined (RFC 9110 §5.3), those of signatures too: nobody
    shall choose which of them counts."""
    given = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    headers = dict(given)
    if len(headers) == len(given):
        return headers
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    return {name: ", ".join(several) for name, several in values.items()}


def _announced(headers: Mapping[str, str]) -> int:
    """The length of the body in bytes, 0 where it is not announced; none that is too long to be a number."""
    digits = headers.get("content-length", "")
    return int(digits[:_MAX_DIGITS]) if digits.isdecimal() else 0


def _is_long(headers: Mapping[str, str]) -> bool:
    return _announced(headers) > _SHORT or "transfer-encoding" in headers


async def _body(receive: Receive) -> bytes:
    """Raises ClientException (413) as soon as it is known to be too large; SlowBody, TooBusy."""
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientException(status_code=400)
        piece = message.get("body", b"")
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BODY:
            raise _too_large()
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large() -> ClientException:
    return ClientException(status_code=_TOO_LARGE)


def _problem(error: Exception, address: _Address | None, correlation_id: str) -> _Answer:
    instance = address.template if address else PREFIX
    made = problem(error, instance=instance, correlation_id=correlation_id)
    headers = {"content-type": PROBLEM_TYPE, **made.headers}
    return _Answer(
        status=made.status,
        body=made.body,
        headers=tuple((name.lower().encode(), value.encode()) for name, value in headers.items()),
    )
