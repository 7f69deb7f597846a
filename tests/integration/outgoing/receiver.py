"""A receiver on a loopback socket that checks what it gets with the official library, and misbehaves when told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import attrs
from standardwebhooks import Webhook

Misbehaviour = Callable[[asyncio.StreamWriter, asyncio.Event], Awaitable[None]]


@attrs.frozen
class Received:
    """One request as it came over the wire."""

    head: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> object:
        """The payload. Raises WebhookVerificationError when the signature or the time is wrong."""
        return Webhook(secret).verify(self.body, self.headers)


@attrs.define
class Receiver:
    """``answers`` are statuses (or misbehaviours) in turn; the last one is repeated."""

    answers: list[int | bytes | Misbehaviour]
    url: str = ""
    received: list[Received] = attrs.field(factory=list)
    called: asyncio.Event = attrs.field(factory=asyncio.Event)
    _done: asyncio.Event = attrs.field(factory=asyncio.Event)

    @property
    def ids(self) -> Sequence[str]:
        """The ``webhook-id`` of each request, in the order in which they came."""
        return [one.headers["webhook-id"] for one in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append(Received(first, headers, body))
        self.called.set()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, int):
            answer = f"HTTP/1.1 {answer} Said\r\nContent-Length: 2\r\n\r\nok".encode()
        if isinstance(answer, bytes):
            writer.write(answer)
        else:
            await answer(writer, self._done)
        writer.close()

    def release(self) -> None:
        """Whoever hangs goes on."""
        self._done.set()


@asynccontextmanager
async def receiving(*answers: int | bytes | Misbehaviour) -> AsyncIterator[Receiver]:
    """A receiver that listens while inside."""
    receiver = Receiver(list(answers) or [204])
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(_quietly(receiver, reader, writer))
        tasks.add(task)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/hooks?tenant=studio"
    try:
        yield receiver
    finally:
        receiver.release()
        listener.close()
        if tasks:
            await asyncio.wait(tasks, timeout=5)


async def _quietly(receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await receiver.serve(reader, writer)
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()


async def never(writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    """No answer at all."""
    del writer
    await done.wait()


async def reset(writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    """The connection breaks."""
    del done
    writer.transport.abort()


async def forever(writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    """A status at once, and then a body that never ends, byte by byte."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not (done.is_set() or writer.is_closing()):
        writer.write(b"1\r\n.\r\n")
        await asyncio.sleep(0.005)


async def drip(writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    """A head that never ends, byte by byte."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not (done.is_set() or writer.is_closing()):
        writer.write(b".")
        await asyncio.sleep(0.005)


async def flood(writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    """A body without end, as fast as it is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not (done.is_set() or writer.is_closing()):
        writer.write(b"x" * 65_536)
        await writer.drain()
