"""Posting a letter over a connection of its own. The bytes are written by hand: some providers still speak HTTP/1.0."""

import asyncio
import ssl
from urllib.parse import urlsplit

import attrs
import httptools

from .hook import Letter

_PIECE = 65_536


@attrs.frozen(kw_only=True)
class Posted:
    """What came back: ``status`` None when no complete answer did, and then ``error`` says why."""

    status: int | None = None
    body: bytes = b""
    error: str | None = None


@attrs.define
class AnswerParts:
    """An answer as far as it was read."""

    body: bytearray = attrs.field(factory=bytearray)
    complete: bool = False

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body (called by the parser)."""
        self.body += body

    def on_message_complete(self) -> None:
        """Note the end (called by the parser)."""
        self.complete = True


async def post(address: str, letter: Letter, *, limit_s: float) -> Posted:
    """The answer. Redirects are answers too and are not followed. Raises nothing for what goes wrong on the way."""
    try:
        async with asyncio.timeout(limit_s):
            return await _exchange(address, letter)
    except TimeoutError:
        return Posted(error=f"no answer within {limit_s:g} s")
    except (OSError, ValueError, httptools.HttpParserError) as error:
        return Posted(error=f"{type(error).__name__}: {error}")


async def _exchange(address: str, letter: Letter) -> Posted:
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or (443 if secure else 80), ssl=ssl.create_default_context() if secure else None
    )
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        writer.write(_wire_form(target, parts.netloc, letter))
        await writer.drain()
        return await _answer(reader)
    finally:
        writer.close()


def _wire_form(target: str, host: str, letter: Letter) -> bytes:
    headers = {"Host": host, **letter.headers, "Content-Length": str(len(letter.body)), "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {target} HTTP/{letter.http}\r\n{lines}\r\n".encode("latin-1") + letter.body


async def _answer(reader: asyncio.StreamReader) -> Posted:
    parts = AnswerParts()
    parser = httptools.HttpResponseParser(parts)
    while not parts.complete:
        piece = await reader.read(_PIECE)
        if not piece:
            break
        parser.feed_data(piece)
    status = parser.get_status_code()
    if not status:
        return Posted(error="the connection ended without an answer")
    return Posted(status=status, body=bytes(parts.body))
