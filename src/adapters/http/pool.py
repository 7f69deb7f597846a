"""The transport that holds the sockets."""

import asyncio
import functools
import ssl
import zlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import attrs
import httpcore

from .failures import AnswerLost, BadAnswer, ConnectFailed
from .messages import HttpRequest, HttpResponse, Transport
from .sockets import PublicNetwork

LARGEST_BODY = 32 * 1024 * 1024
_SHOWN = 40
_GZIP = 16 + zlib.MAX_WBITS
# Where the request may have been on its way already these are not among them.
_NOTHING_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.UnsupportedProtocol)
_LOST = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)

ReadBody = Callable[[HttpRequest, httpcore.Response], Awaitable[bytes]]


@attrs.frozen(kw_only=True)
class TimeLimits:
    """Seconds: to connect, to wait for a piece of the answer, to send a piece, and for the call as a whole."""

    connect: float = 5.0
    read: float = 20.0
    write: float = 20.0
    total: float = 60.0


@functools.cache
def tls_context() -> ssl.SSLContext:
    """One for the process, made when first asked for: loading the certificates takes some 35 ms."""
    return httpcore.default_ssl_context()


class ConnectionPool(Transport):
    """Keeps connections alive while it is entered; follows no redirect, keeps no cookie, asks no proxy.

    ``allow_private`` also dials addresses inside our own network. ``read`` reads what is wanted of an answer's body.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        limits: TimeLimits | None = None,
        connections: int = 10,
        read: ReadBody | None = None,
    ) -> None:
        self._limits = limits or TimeLimits()
        self._read = read or whole_body
        self._network = None if allow_private else PublicNetwork()
        self._connections = connections
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}
        self._extensions = {
            "timeout": {
                "connect": self._limits.connect,
                "read": self._limits.read,
                "write": self._limits.write,
                "pool": self._limits.total,
            }
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._pools:
            _, pool = self._pools.popitem()
            await pool.aclose()

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Any answer that is complete, whatever its status. Raises ConnectFailed, AnswerLost, AddressForbidden."""
        parts = urlsplit(request.url)
        headers = {
            "host": parts.netloc,
            "accept": "application/json",
            "accept-encoding": "gzip",
            "user-agent": "tresen",
            **request.headers,
        }
        if request.body is not None:
            headers["content-length"] = str(len(request.body))
        try:
            async with asyncio.timeout(self._limits.total):
                return await self._exchange(self._pool(parts.scheme), request, headers)
        except _NOTHING_SENT as error:
            place = parts.netloc.rpartition("@")[2]
            raise ConnectFailed(f"{request.operation}: cannot reach {place}") from error
        except TimeoutError as error:
            raise AnswerLost(f"{request.operation}: no answer within {self._limits.total:g} s") from error
        except _LOST as error:
            reason = "took too long" if isinstance(error, httpcore.TimeoutException) else "broke off"
            raise AnswerLost(f"{request.operation}: the answer {reason}") from error

    def _pool(self, scheme: str) -> httpcore.AsyncConnectionPool:
        pool = self._pools.get(scheme)
        if pool is None:
            pool = self._pools[scheme] = httpcore.AsyncConnectionPool(
                ssl_context=tls_context() if scheme == "https" else None,
                max_connections=self._connections,
                keepalive_expiry=30.0,
                network_backend=self._network,
            )
        return pool

    async def _exchange(
        self, pool: httpcore.AsyncConnectionPool, request: HttpRequest, headers: dict[str, str]
    ) -> HttpResponse:
        async with pool.stream(
            request.method,
            request.url,
            headers=list(headers.items()),
            content=request.body,
            extensions=self._extensions,
        ) as answer:
            body = await self._read(request, answer)
            return HttpResponse(status=answer.status, headers=_headers_of(answer), body=body)


async def whole_body(request: HttpRequest, answer: httpcore.Response) -> bytes:
    """All of the body, without its compression. Raises AnswerLost for one larger than ``LARGEST_BODY``, BadAnswer."""
    pieces, size = [], 0
    async for piece in answer.aiter_stream():
        size += len(piece)
        if size > LARGEST_BODY:
            raise AnswerLost(f"{request.operation}: the answer is larger than {LARGEST_BODY} bytes")
        pieces.append(piece)
    body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return _plain(body, _headers_of(answer))


def _headers_of(answer: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}


def _plain(body: bytes, headers: dict[str, str]) -> bytes:
    """The body without its compression. Raises BadAnswer when it breaks off, is too large or otherwise coded."""
    coding = headers.get("content-encoding", "identity").lower()
    if coding == "identity" or not body:
        return body
    if coding not in {"gzip", "x-gzip"}:
        raise BadAnswer(f"the answer is coded as {coding[:_SHOWN]!r}, which was not asked for")
    unzip = zlib.decompressobj(_GZIP)
    try:
        plain = unzip.decompress(body, LARGEST_BODY)
    except zlib.error as error:
        raise BadAnswer("the compressed answer cannot be read") from error
    if not unzip.eof:
        raise BadAnswer("the compressed answer breaks off or is too large")
    return plain
