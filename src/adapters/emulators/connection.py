"""One HTTP/1.1 connection on a bare asyncio transport.

A framework would mend what the fault programme breaks (wrong lengths, answers that never come), so the bytes are
written by hand; only the parsing of requests is a library's.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import parse_qsl, unquote

import attrs
import httptools

from .messages import Reply, Request, json_answer, wire_form

Respond = Callable[[Request], Awaitable[Reply]]


@attrs.define
class RequestParts:
    """A request as far as it was read."""

    url: bytes = b""
    headers: dict[str, str] = attrs.field(factory=dict)
    body: bytearray = attrs.field(factory=bytearray)

    def request(self, method: bytes) -> Request:
        """The finished request."""
        path, _, query = self.url.partition(b"?")
        return Request(
            method=method.decode("latin-1"),
            path=unquote(path.decode("latin-1")),
            query=dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)),
            headers=self.headers,
            body=bytes(self.body),
        )


class Connection(asyncio.Protocol):
    """Reads requests, asks ``respond`` for each in turn and writes what it returns.

    A request is carried out even when the client has hung up meanwhile, as a provider would.
    """

    def __init__(self, respond: Respond, peers: set["Connection"]) -> None:
        self._respond = respond
        self._peers = peers
        self._parts = RequestParts()
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._parser = httptools.HttpRequestParser(self)
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the socket and be counted among the peers."""
        # A TCP server hands out nothing else, though not every event loop's class inherits from it.
        self._transport = cast(asyncio.Transport, transport)
        self._peers.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """Forget the socket; a request under way is finished all the same."""
        self._transport = None
        if self._task is None:
            self._peers.discard(self)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; answer 400 and hang up on what is not HTTP."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            head, body = wire_form(json_answer(400, {"message": "Bad Request"}))
            self._send(Reply(head + body, close=True))
        if self._waiting and self._task is None:
            self._task = asyncio.ensure_future(self._answer_waiting())

    def on_message_begin(self) -> None:
        """Start a request (called by the parser)."""
        self._parts = RequestParts()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target (called by the parser)."""
        self._parts.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header (called by the parser)."""
        self._parts.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body (called by the parser)."""
        self._parts.body += body

    def on_message_complete(self) -> None:
        """Queue the finished request (called by the parser)."""
        request = self._parts.request(self._parser.get_method())
        self._waiting.append((request, self._parser.should_keep_alive()))

    async def _answer_waiting(self) -> None:
        try:
            while self._waiting:
                request, keep_alive = self._waiting.popleft()
                reply = await self._respond(request)
                self._send(reply if keep_alive else Reply(reply.data, close=True))
        except BaseException:
            self.abort()
            raise
        finally:
            self._task = None
            if self._transport is None:
                self._peers.discard(self)

    def _send(self, reply: Reply) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(reply.data)
        if reply.close:
            self._transport.close()

    def abort(self) -> None:
        """Drop the socket at once, unsent bytes included."""
        if self._transport is not None:
            self._transport.abort()

    async def shut(self) -> None:
        """Stop whatever is under way and drop the socket."""
        self.abort()
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])
