"""Bodies that come slowly, never, or too large: nobody holds a connection or memory for long."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import attrs
import pytest
from litestar import Litestar
from tests.builders import NOON, an_account, an_inbox
from tests.world import World

from tresen.adapters.memory.webhooks import signed
from tresen.application.webhooks.receive import MAX_BODY
from tresen.entrypoints.api.app import ApiSettings, create_api

SECRET, KEY = "s3cret", "k" * 43
DOOR, LOGIN = f"/webhooks/memory/{KEY}", "/api/v1/auth/login"
MIB = 1_048_576
Headers = Iterable[tuple[bytes, bytes]]
ANNOUNCED = [(b"content-length", b"1048576")]


@attrs.define
class Sender:
    """A client that sends these pieces of a body, then the end of it or nothing more; ``log`` is what happened."""

    pieces: AsyncIterator[bytes]
    log: list[str] = attrs.field(factory=list)
    sent: list[dict[str, Any]] = attrs.field(factory=list)

    async def receive(self) -> dict[str, Any]:
        self.log.append("asked")
        async for piece in self.pieces:
            return {"type": "http.request", "body": piece, "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        self.log.append("told")
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def code(self) -> str:
        return str(json.loads(b"".join(m["body"] for m in self.sent[1:]))["code"])


async def stuck(first: Sequence[bytes] = ()) -> AsyncIterator[bytes]:
    for piece in first:
        yield piece
    await asyncio.Event().wait()


async def whole(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def post(
    app: Litestar, path: str, pieces: AsyncIterator[bytes], headers: Headers = ANNOUNCED, *, method: str = "POST"
) -> Sender:
    sender = Sender(pieces)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"desk"), (b"content-type", b"application/json"), *headers],
        "client": ("192.0.2.1", 1),
        "server": ("desk", 80),
        "state": {},
    }
    async with asyncio.timeout(60):  # a server without bounds would wait for ever
        await app(scope, sender.receive, sender.send)  # type: ignore[arg-type]  # plain messages, as a server gives
    return sender


@pytest.fixture
def hasty(world: World) -> Litestar:
    """Waits for nothing that is not there already."""
    account = an_account(world.north.id, "inbox")
    inbox = an_inbox(account, KEY, secret=world.box.seal(SECRET))
    room = world.store.room(world.north.id)
    room.accounts.put(account.id, account)
    room.inboxes.put(inbox.id, inbox)
    return create_api(world.use_cases, ApiSettings(arrival_s=0))


def test_ten_seconds_are_given() -> None:
    assert ApiSettings().arrival_s == 10


@pytest.mark.parametrize("path", [DOOR, LOGIN])
@pytest.mark.parametrize("first", [[], [b"x" * 1_000]], ids=["nothing", "a part"])
async def test_who_stops_sending_is_told_so_and_sent_away(hasty: Litestar, path: str, first: list[bytes]) -> None:
    sender = await post(hasty, path, stuck(first))
    assert (sender.status, sender.code) == (408, "slow_body")
    assert sender.headers["connection"] == "close"
    assert not sender.sent[-1].get("more_body")


@pytest.mark.parametrize("headers", [[(b"content-length", b"7")], [(b"transfer-encoding", b"chunked")]])
async def test_a_body_for_nobody_is_not_waited_for(hasty: Litestar, world: World, headers: Headers) -> None:
    unknown = await post(hasty, f"/webhooks/memory/{'u' * 43}", stuck(), headers)
    assert (unknown.status, unknown.log[0]) == (404, "told")
    (inbox,) = [inbox for _, inbox in world.store.room(world.north.id).inboxes.items() if inbox.key == KEY]
    inbox.disabled_at = NOON
    for path in (DOOR, f"{DOOR}/inbound"):
        disabled = await post(hasty, path, stuck(), headers)
        assert (disabled.status, disabled.log[0]) == (410, "told")


@pytest.mark.parametrize("length", [b"5242881", b"9" * 5_000])
async def test_a_size_that_is_too_large_is_refused_when_it_is_announced(hasty: Litestar, length: bytes) -> None:
    sender = await post(hasty, DOOR, stuck(), [(b"content-length", length)])
    assert (sender.status, sender.code, sender.log[0]) == (413, "too_large", "told")
    assert sender.headers["connection"] == "close"


async def test_a_client_that_sends_everything_first_can_read_the_answer(hasty: Litestar) -> None:
    pieces = [b"x" * MIB] * 5 + [b"x"]
    sender = await post(hasty, DOOR, whole(pieces), [(b"content-length", b"%d" % (MAX_BODY + 1))])
    assert sender.log == ["told", "told", *["asked"] * (len(pieces) + 1), "told"]
    assert [message.get("more_body") for message in sender.sent[1:]] == [True, False]


async def test_a_client_that_never_ends_is_left(hasty: Litestar) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * MIB

    sender = await post(hasty, DOOR, endless(), [(b"transfer-encoding", b"chunked")])
    assert sender.status == 413
    assert sender.log.count("asked") <= 7


async def test_bodies_that_are_not_finished_have_a_limit_together(hasty: Litestar, world: World) -> None:
    patient, piece = create_api(world.use_cases, ApiSettings()), b"x" * (4 * MIB)
    stopped = [asyncio.create_task(post(patient, DOOR, stuck([piece]))) for _ in range(16)]
    try:
        for _ in range(20):
            await asyncio.sleep(0)
        refused = await post(patient, DOOR, whole([b"x"]))
        assert (refused.status, refused.code) == (503, "too_busy")
        assert refused.headers["retry-after"] == "5"
        assert (await post(patient, LOGIN, whole([b"x"]))).status == 400
    finally:
        for task in stopped:
            task.cancel()
        await asyncio.gather(*stopped, return_exceptions=True)
    body = b'{"type":"thing.changed"}'
    headers = [(name.encode(), value.encode()) for name, value in signed(body, SECRET).items() if "-" in name]
    assert (await post(patient, DOOR, whole([body]), headers)).status == 202
