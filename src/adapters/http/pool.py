"""The transport that holds the sockets."""

import asyncio
import functools
import ssl
import time
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
from .wire import Incoming, exchange, head_of

LARGEST_BODY = 32 * 1024 * 1024
_SHOWN = 40
_GZIP = 16 + zlib.MAX_WBITS
# Where the request may have been on its way already these are not among them.
_NOTHING_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.UnsupportedProtocol)
_LOST = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)

# Connections that nobody used for so long are not used again.
_KEPT_S = 30.0
_SCHEMES = (b"http", b"https")

ReadBody = Callable[[HttpRequest, Incoming], Awaitable[bytes]]


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


@attrs.frozen(eq=False)
class _Idle:
    """A connection that waits for its next request, ``since`` a moment of the monotonic clock."""

    origin: httpcore.Origin
    stream: httpcore.AsyncNetworkStream
    since: float


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
        self._network: httpcore.AsyncNetworkBackend = httpcore.AnyIOBackend() if allow_private else PublicNetwork()
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[_Idle] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._idle:
            await self._idle.pop().stream.aclose()

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Any answer that is complete, whatever its status. Raises ConnectFailed, AnswerLost, AddressForbidden."""
        place = urlsplit(request.url).netloc
        headers = {
            "host": place,
            "accept": "application/json",
            "accept-encoding": "gzip",
            "user-agent": "tresen",
            **request.headers,
        }
        if request.body is not None:
            headers["content-length"] = str(len(request.body))
        try:
            async with asyncio.timeout(self._limits.total), self._turns:
                return await self._exchange(httpcore.URL(request.url), request, headers)
        except _NOTHING_SENT as error:
            raise ConnectFailed(f"{request.operation}: cannot reach {place.rpartition('@')[2]}") from error
        except TimeoutError as error:
            raise AnswerLost(f"{request.operation}: no answer within {self._limits.total:g} s") from error
        except _LOST as error:
            reason = "took too long" if isinstance(error, httpcore.TimeoutException) else "broke off"
            raise AnswerLost(f"{request.operation}: the answer {reason}") from error

    async def _exchange(self, url: httpcore.URL, request: HttpRequest, headers: dict[str, str]) -> HttpResponse:
        head = head_of(request.method, url.target.decode("ascii"), headers)
        origin, answer = url.origin, None
        stream = await self._kept(origin) or await self._connected(origin)
        try:
            answer = await exchange(stream, head, request.body, write_s=self._limits.write, read_s=self._limits.read)
            body = await self._read(request, answer)
        finally:
            if answer is not None and answer.may_stay:
                self._idle.append(_Idle(origin, stream, time.monotonic()))
            else:
                await stream.aclose()
        return HttpResponse(status=answer.status, headers=answer.headers, body=body)

    async def _kept(self, origin: httpcore.Origin) -> httpcore.AsyncNetworkStream | None:
        """A connection that is still good; those that are not any more are closed."""
        oldest = time.monotonic() - _KEPT_S
        # Whatever can be read between two requests is the end of the connection, or an answer to nothing.
        stale = [i for i in self._idle if i.since < oldest or i.stream.get_extra_info("is_readable")]
        self._idle = [i for i in self._idle if i not in stale]
        found = next((i for i in reversed(self._idle) if i.origin == origin), None)
        if found is not None:
            self._idle.remove(found)
        for idle in stale:
            await idle.stream.aclose()
        return found.stream if found is not None else None

    async def _connected(self, origin: httpcore.Origin) -> httpcore.AsyncNetworkStream:
        host = origin.host.decode("ascii")
        if origin.scheme not in _SCHEMES:
            raise httpcore.UnsupportedProtocol(f"{origin.scheme!r} is neither http nor https")
        stream = await self._network.connect_tcp(host, origin.port, self._limits.connect)
        if origin.scheme == b"http":
            return stream
        context = tls_context()
        context.set_alpn_protocols(["http/1.1"])
        return await stream.start_tls(context, host, self._limits.connect)


async def whole_body(request: HttpRequest, answer: Incoming) -> bytes:
    """All of the body, without its compression. Raises AnswerLost for one larger than ``LARGEST_BODY``, BadAnswer."""
    pieces, size = [], 0
    async for piece in answer.pieces():
        size += len(piece)
        if size > LARGEST_BODY:
            raise AnswerLost(f"{request.operation}: the answer is larger than {LARGEST_BODY} bytes")
        pieces.append(piece)
    body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return _plain(body, answer.headers)


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
