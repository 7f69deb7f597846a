"""HTTP/1.1 on one connection, whatever pieces the answer comes in."""

import httpcore
import pytest

from tresen.adapters.http.wire import Incoming, exchange, head_of

HEAD = b"HTTP/1.1 200 OK\r\nX-Thing: one\r\n"
WHOLE = HEAD + b"Content-Length: 3\r\n\r\nabc"


async def asked(*pieces: bytes) -> Incoming:
    """The answer that comes in these pieces, after which the connection is closed."""
    stream = httpcore.AsyncMockStream(list(pieces))
    return await exchange(stream, b"GET / HTTP/1.1\r\n\r\n", None, write_s=1.0, read_s=1.0)


async def body_of(answer: Incoming) -> bytes:
    return b"".join([piece async for piece in answer.pieces()])


@pytest.mark.parametrize(
    "pieces",
    [
        (WHOLE,),
        tuple(WHOLE[i : i + 1] for i in range(len(WHOLE))),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\nX-Thing: trailer\r\n\r\n",),
        (b"HTTP/1.1 103 Early Hints\r\nX-Hint: yes\r\n\r\n", WHOLE),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE,),
    ],
)
async def test_an_answer_leaves_the_connection_fit_for_another(pieces: tuple[bytes, ...]) -> None:
    answer = await asked(*pieces)
    assert (answer.status, answer.headers["x-thing"], await body_of(answer)) == (200, "one", b"abc")
    assert "x-hint" not in answer.headers
    assert answer.may_stay


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD + b"\r\nabc",),
        (HEAD + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc",),
        (b"HTTP/1.0 200 OK\r\nX-Thing: one\r\nContent-Length: 3\r\n\r\nabc",),
        (WHOLE + b"HTTP/1.1 200 OK\r\nX-Thing: two\r\nContent-Length: 1\r\n\r\nd",),
        (WHOLE + b"rubbish",),
    ],
)
async def test_an_answer_after_which_the_connection_is_done(pieces: tuple[bytes, ...]) -> None:
    answer = await asked(*pieces)
    assert (answer.status, answer.headers["x-thing"], await body_of(answer)) == (200, "one", b"abc")
    assert not answer.may_stay


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_an_answer_without_a_body_is_whole_at_once(status: bytes) -> None:
    answer = await asked(b"HTTP/1.1 " + status + b"\r\n\r\n")
    assert await body_of(answer) == b""
    assert answer.may_stay


async def test_a_body_that_is_not_read_to_its_end_ends_the_connection() -> None:
    answer = await asked(HEAD + b"Content-Length: 6\r\n\r\nabc", b"def")
    async for _ in answer.pieces():
        break
    assert not answer.may_stay


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"HTTP/1.1 200",),
        (b"HTTP/1.1 100 Continue\r\n\r\n",),
        (b"rubbish\r\n\r\n",),
        (HEAD + b"Content-Length: 4\r\n\r\nabc",),
        (HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",),
        (HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\n", *(b"X-Long: " + b"x" * 8000 + b"\r\n" for _ in range(20))),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", *(b"X: " + b"x" * 8000 + b"\r\n",) * 20),
    ],
)
async def test_what_is_no_whole_answer_is_refused(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(httpcore.RemoteProtocolError):
        await body_of(await asked(*pieces))


def test_a_request_s_head() -> None:
    assert head_of("GET", "/v1?page=1", {"host": "a", "x-empty": ""}) == (
        b"GET /v1?page=1 HTTP/1.1\r\nhost: a\r\nx-empty: \r\n\r\n"
    )


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a b", {}),
        ("/a\r\nx: y", {}),
        ("/", {"x-thing": "one\r\nx-other: two"}),
        ("/", {"x-thing": "one\n"}),
        ("/", {"x-thing\r\n": "one"}),
        ("/", {"x thing": "one"}),
        ("/", {"x-thing": " one"}),
        ("/", {"x-thing": "ö"}),
        ("/", {"x-thing": "\0"}),
    ],
)
def test_what_would_break_out_of_its_line_is_not_sent(target: str, headers: dict[str, str]) -> None:
    with pytest.raises(httpcore.LocalProtocolError):
        head_of("GET", target, headers)
