"""Whoever subscribed to webhooks: listens on a loopback port, keeps what comes, answers as told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import attrs
import msgspec


@attrs.frozen
class Got:
    """One request as it came over the wire; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        return msgspec.json.decode(self.body, type=dict[str, object])


@attrs.define
class Subscriber:
    """``answers`` are statuses in turn, the last one for ever; 0 hangs up without an answer."""

    url: str
    answers: list[int]
    got: list[Got] = attrs.field(factory=list)
    body: bytes = b""
    _more: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def until(self, count: int) -> None:
        """So many have come, within five seconds."""
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self._more.clear()
                await self._more.wait()

    def said(self, name: str) -> Sequence[object]:
        """That member of each JSON body."""
        return [one.json().get(name) for one in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
            self.got.append(Got(line, headers, body))
            self._more.set()
            status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if status:
                head = f"HTTP/1.1 {status} Said\r\nLocation: {self.url}\r\nContent-Length: {len(self.body)}\r\n\r\n"
                writer.write(head.encode() + self.body)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def subscribed(*answers: int) -> AsyncIterator[Subscriber]:
    """A subscriber that listens while inside."""
    subscriber = Subscriber("", list(answers) or [200])
    server = await asyncio.start_server(subscriber.serve, "127.0.0.1", 0)
    subscriber.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks?of=us"
    async with server:
        yield subscriber
