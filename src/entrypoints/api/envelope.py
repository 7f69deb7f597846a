"""Around every request: correlation id, caller's address, limit per address, headers, audit, one access log line."""

import logging
import re
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import getrandbits
from uuid import UUID

import attrs
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ...application.log_context import bound
from ...application.ports.readers import AuditEntry
from ...domain.identity.principal import Principal
from ..use_cases import UseCases
from .addresses import client_address, limit_key
from .arriving import Arrivals
from .errors import PROBLEM_TYPE, problem
from .headers import security_headers
from .settings import ApiSettings

_log = logging.getLogger(__name__)
_access_log = logging.getLogger("tresen.access")
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SAFE = frozenset({"GET", "OPTIONS"})
_WINDOW = timedelta(minutes=1)
_UNANSWERED = 500
_PATH_MAX = 200

Header = tuple[bytes, bytes]


@attrs.define
class _Exchange:
    """One request and what became of it."""

    scope: HTTPScope
    asked: str
    correlation_id: str
    address: str
    started: float = attrs.field(factory=time.perf_counter)
    status: int = 0

    @property
    def principal(self) -> Principal | None:
        user = self.scope.get("user")
        return user if isinstance(user, Principal) else None


class Envelope:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, *, uses: UseCases, settings: ApiSettings) -> None:
        self._app = app
        self._settings = settings
        self._uses = uses
        self._headers = security_headers(settings)
        self._arrivals = Arrivals(seconds=settings.arrival_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, HEAD like GET without the body; other connections than HTTP are passed through."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(
            scope=scope,
            asked=scope["method"],
            correlation_id=correlation_id_of(scope),
            address=client_address(scope, self._settings.trusted_proxies),
        )
        if exchange.asked == "HEAD":
            scope["method"] = "GET"
        scope["state"]["correlation_id"] = exchange.correlation_id
        scope["state"]["address"] = exchange.address
        with bound(correlation_id=exchange.correlation_id):
            try:
                await self._answer(exchange, receive, self._stamped(exchange, send))
            finally:
                _write_line(exchange)

    async def _answer(self, exchange: _Exchange, receive: Receive, send: Send) -> None:
        try:
            key = f"address:{limit_key(exchange.address)}"
            self._uses.limiter.hit(key, limit=self._settings.address_limit, window=_WINDOW)
            with self._arrivals.watch(receive) as arriving:
                await self._app(exchange.scope, arriving, send)
        except Exception as error:
            if exchange.status:
                raise
            made = problem(error, instance=exchange.scope["path"], correlation_id=exchange.correlation_id)
            length = str(len(made.body))
            headers = {"content-type": PROBLEM_TYPE, "content-length": length, **made.headers}
            encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": made.status, "headers": encoded})
            await send({"type": "http.response.body", "body": made.body, "more_body": False})

    def _stamped(self, exchange: _Exchange, send: Send) -> Send:
        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                await self._audit(exchange)
                message["headers"] = self._with_ours(message.get("headers", ()), exchange)
            elif exchange.asked == "HEAD" and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        return stamped

    def _with_ours(self, headers: Iterable[Header], exchange: _Exchange) -> Sequence[Header]:
        theirs = list(headers)
        named = {name.lower() for name, _ in theirs}
        ours = [h for h in self._headers if h[0] not in named]
        return [*theirs, *ours, (b"x-correlation-id", exchange.correlation_id.encode())]

    async def _audit(self, exchange: _Exchange) -> None:
        """A line for whoever changed something or tried to. What is done is done: a failure is told, not raised."""
        principal, scope = exchange.principal, exchange.scope
        if principal is None or scope["method"] in _SAFE:
            return
        entry = AuditEntry(
            at=self._uses.clock.now(),
            principal=principal.key,
            name=principal.name,
            action=f"{scope['method']} {_plain(scope['path'][:_PATH_MAX])}",
            status=exchange.status,
            correlation_id=exchange.correlation_id,
            address=exchange.address,
        )
        try:
            await self._uses.audit.append(principal.tenant_id, entry)
        except Exception:  # noqa: BLE001 - whatever the log failed with, the caller's request was done
            _log.exception("audit line lost", extra={"action": entry.action, "principal": entry.principal})


def correlation_id_of(scope: HTTPScope) -> str:
    """The caller's ``X-Correlation-ID`` where it is fit for logs, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-correlation-id":
            text = value.decode("latin-1")
            if _SANE.fullmatch(text):
                return text
    # It is no secret: asking the system for random bits, as uuid4 does, takes thrice the time.
    return str(UUID(int=getrandbits(128), version=4))


def _plain(path: str) -> str:
    """No store is to stumble over what people type into paths, PostgreSQL over NUL."""
    return (
        path
        if path.isprintable()
        else "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in path)
    )


def _write_line(exchange: _Exchange) -> None:
    principal = exchange.principal
    _access_log.info(
        "request",
        extra={
            "method": exchange.asked,
            # The template, not the path: what people type into paths and queries may be personal data.
            "route": exchange.scope.get("path_template", "unmatched"),
            "status": exchange.status or _UNANSWERED,
            "duration_ms": round((time.perf_counter() - exchange.started) * 1000, 3),
            "principal": principal.key if principal else None,
        },
    )
