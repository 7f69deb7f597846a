"""The transport that holds the sockets, against a loopback server that sends exactly what it is told."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import attrs
import pytest

from tresen.adapters.http.failures import AddressForbidden, AnswerLost, BadAnswer, CallFailed, ConnectFailed
from tresen.adapters.http.messages import HttpRequest
from tresen.adapters.http.pool import ConnectionPool, TimeLimits

BRIEF = TimeLimits(connect=1.0, read=0.05, write=1.0, total=1.0)


@attrs.define
class Server:
    """``url`` to call; ``heads`` are the request heads received."""

    url: str
    heads: list[str] = attrs.field(factory=list)


@asynccontextmanager
async def serving(*pieces: bytes, hang: bool = False, drip: bool = False) -> AsyncIterator[Server]:
    """Answers each connection's first request with the pieces, then closes it, or hangs, or goes on byte by byte."""
    server = Server("")
    done = asyncio.Event()
    tasks = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        head = await reader.readuntil(b"\r\n\r\n")
        server.heads.append(head.decode())
        for piece in pieces:
            writer.write(piece)
        while drip and not writer.is_closing():
            writer.write(b".")
            await asyncio.sleep(0.005)
        if hang:
            await done.wait()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1/clients?page=1"
    try:
        yield server
    finally:
        done.set()
        listener.close()
        await listener.wait_closed()
        if tasks:
            await asyncio.wait([task for task in tasks if task])


def answer(body: bytes, *headers: str, length: int | None = None, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def get(url: str, body: bytes | None = None) -> HttpRequest:
    return HttpRequest(
        method="GET" if body is None else "POST",
        url=url,
        headers={"x-api-key": "k"},
        body=body,
        idempotent=body is None,
        operation="clients.list",
    )


async def test_an_answer_comes_back_whole() -> None:
    async with serving(answer(b'{"a":1}', "X-Thing: one")) as server, ConnectionPool(allow_private=True) as pool:
        response = await pool.send(get(server.url))
    assert (response.status, response.body, response.headers["x-thing"]) == (200, b'{"a":1}', "one")
    assert server.heads[0].startswith("GET /v1/clients?page=1 HTTP/1.1\r\n")
    assert "x-api-key: k\r\n" in server.heads[0]


async def test_a_body_is_sent_with_its_length() -> None:
    async with serving(answer(b"{}")) as server, ConnectionPool(allow_private=True) as pool:
        await pool.send(get(server.url, b'{"x":1}'))
    assert "content-length: 7\r\n" in server.heads[0]


async def test_redirects_are_not_followed() -> None:
    moved = answer(b"", "Location: http://127.0.0.1:1/", status="302 Found")
    async with serving(moved) as server, ConnectionPool(allow_private=True) as pool:
        assert (await pool.send(get(server.url))).status == 302


async def test_compressed_answers_are_unpacked() -> None:
    packed = answer(gzip.compress(b"[1,2]", mtime=0), "Content-Encoding: gzip")
    async with serving(packed) as server, ConnectionPool(allow_private=True) as pool:
        assert (await pool.send(get(server.url))).body == b"[1,2]"


@pytest.mark.parametrize(
    ("reply", "hang", "failure"),
    [
        (answer(b'{"a":', length=100), False, AnswerLost),
        (b"", False, AnswerLost),
        (b"HTTP/1.1 200", False, AnswerLost),
        (b"this is not HTTP\r\n\r\n", False, AnswerLost),
        (b"", True, AnswerLost),
        (answer(b"", length=10), True, AnswerLost),
        (answer(gzip.compress(b"[1,2]", mtime=0)[:-4], "Content-Encoding: gzip"), False, BadAnswer),
        (answer(b"plain", "Content-Encoding: gzip"), False, BadAnswer),
        (answer(b"x", "Content-Encoding: br"), False, BadAnswer),
    ],
)
async def test_an_answer_that_is_not_whole_is_no_answer(reply: bytes, hang: bool, failure: type[CallFailed]) -> None:
    async with serving(reply, hang=hang) as server, ConnectionPool(allow_private=True, limits=BRIEF) as pool:
        with pytest.raises(failure):
            await pool.send(get(server.url))


async def test_the_name_of_an_unknown_coding_is_cut_in_the_error() -> None:
    reply = answer(b"x", f"Content-Encoding: {'z' * 9000}")
    async with serving(reply) as server, ConnectionPool(allow_private=True) as pool:
        with pytest.raises(BadAnswer) as caught:
            await pool.send(get(server.url))
    assert len(str(caught.value)) < 120


async def test_an_answer_that_drips_is_given_up_after_the_total_time() -> None:
    limits = TimeLimits(connect=1.0, read=1.0, write=1.0, total=0.05)
    endless = answer(b"", length=1000)
    async with serving(endless, drip=True) as server, ConnectionPool(allow_private=True, limits=limits) as pool:
        with pytest.raises(AnswerLost, match="within"):
            await pool.send(get(server.url))


async def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tresen.adapters.http.pool.LARGEST_BODY", 1000)
    async with serving(answer(b"x" * 1001)) as server, ConnectionPool(allow_private=True) as pool:
        with pytest.raises(AnswerLost, match="larger"):
            await pool.send(get(server.url))
    bomb = answer(gzip.compress(b"x" * 100_000, mtime=0), "Content-Encoding: gzip")
    async with serving(bomb) as server, ConnectionPool(allow_private=True) as pool:
        with pytest.raises(BadAnswer, match="large"):
            await pool.send(get(server.url))


async def test_nobody_listening_means_that_nothing_was_sent() -> None:
    async with serving() as server:
        url = server.url
    async with ConnectionPool(allow_private=True) as pool:
        with pytest.raises(ConnectFailed) as caught:
            await pool.send(get(url, b"{}"))
    assert caught.value.nothing_done
    assert url.removeprefix("http://").partition("/")[0] in caught.value.message


async def test_addresses_of_our_own_network_are_not_dialled_unless_allowed() -> None:
    async with serving(answer(b"{}")) as server, ConnectionPool() as pool:
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(AddressForbidden):
                await pool.send(get(server.url.replace("127.0.0.1", host)))
    assert server.heads == []


@asynccontextmanager
async def listening(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """The address of a server that handles each connection so, and closes it then."""
    tasks = set()

    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        await handle(reader, writer)
        writer.close()
        await writer.wait_closed()

    listener = await asyncio.start_server(handled, "127.0.0.1", 0)
    async with listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        await asyncio.wait([task for task in tasks if task])


async def test_a_connection_is_used_again_and_not_once_the_provider_closed_it() -> None:
    connections = 0

    async def answer_twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(b"{}"))

    async with listening(answer_twice) as url, ConnectionPool(allow_private=True) as pool:
        for _ in range(4):
            assert (await pool.send(get(url))).body == b"{}"
            await asyncio.sleep(0.01)
    assert connections == 2


async def test_no_more_connections_at_a_time_than_are_allowed() -> None:
    open_now, most = 0, 0

    async def answer_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.01)
        open_now -= 1
        writer.write(answer(b"{}", "Connection: close"))

    async with listening(answer_slowly) as url, ConnectionPool(allow_private=True, connections=2) as pool:
        await asyncio.gather(*(pool.send(get(url)) for _ in range(6)))
    assert most == 2
