"""What is sent, to whom it is not, and what a receiver can do to a sender, over real sockets."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests.builders import IDS
from tests.outgoing import a_message, an_endpoint

from tresen.adapters.http.pool import TimeLimits
from tresen.adapters.outgoing.sender import ANSWER_MAX, LIMITS, HttpWebhookSender
from tresen.adapters.outgoing.signature import RandomSigningSecrets
from tresen.adapters.system import SystemClock
from tresen.application.ports.outgoing import Answer
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.ids import TenantId
from tresen.domain.webhooks.message import Message

from .receiver import Misbehaviour, drip, flood, forever, never, receiving, reset

SECRET, FORMER = RandomSigningSecrets().new(), RandomSigningSecrets().new()
BRIEF = TimeLimits(connect=1.0, read=1.0, write=1.0, total=0.3)
BODY = '{"type":"lead.captured","timestamp":"2026-11-21T09:30:00.000000Z","data":{"name":"Zoë"}}'.encode()


@pytest.fixture
def message() -> Message:
    return a_message(an_endpoint(TenantId(IDS.new())), body=BODY)


def sender(limits: TimeLimits = LIMITS, *, allow_private: bool = True) -> HttpWebhookSender:
    return HttpWebhookSender(SystemClock(), allow_private=allow_private, limits=limits)


async def sent(message: Message, url: str, *, secrets: tuple[str, ...] = (SECRET,)) -> Answer:
    return await sender().send(message, url=url, secrets=secrets)


async def test_the_official_library_verifies_exactly_the_bytes_of_the_message(message: Message) -> None:
    async with receiving(204) as receiver:
        answer = await sent(message, receiver.url)
    (received,) = receiver.received
    assert received.verified(SECRET) == {
        "type": "lead.captured",
        "timestamp": "2026-11-21T09:30:00.000000Z",
        "data": {"name": "Zoë"},
    }
    assert received.body == BODY
    assert received.head == "POST /hooks?tenant=studio HTTP/1.1"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["webhook-id"] == message.webhook_id
    assert abs(int(received.headers["webhook-timestamp"]) - time.time()) < 5
    assert (answer.status, answer.error) == (204, None)


async def test_during_a_rotation_both_secrets_verify_and_no_other_does(message: Message) -> None:
    async with receiving() as receiver:
        await sent(message, receiver.url, secrets=(SECRET, FORMER))
    (received,) = receiver.received
    assert received.verified(SECRET) == received.verified(FORMER)
    assert len(received.headers["webhook-signature"].split(" ")) == 2
    with pytest.raises(WebhookVerificationError):
        received.verified(RandomSigningSecrets().new())


async def test_the_library_signs_as_we_do(message: Message) -> None:
    async with receiving() as receiver:
        await sent(message, receiver.url)
    headers = receiver.received[0].headers
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)
    assert Webhook(SECRET).sign(message.webhook_id, at, BODY.decode()) == headers["webhook-signature"]


@pytest.mark.parametrize("status", [200, 301, 404, 410, 429, 500])
async def test_every_status_is_reported_as_it_is(message: Message, status: int) -> None:
    async with receiving(status) as receiver:
        answer = await sent(message, receiver.url)
    assert (answer.status, answer.error, answer.excerpt) == (status, None, "ok")


async def test_a_redirect_is_not_followed(message: Message) -> None:
    async with receiving() as inner:
        location = f"HTTP/1.1 307 Go\r\nLocation: {inner.url}\r\nContent-Length: 0\r\n\r\n".encode()
        async with receiving(location) as receiver:
            answer = await sent(message, receiver.url)
    assert answer.status == 307
    assert inner.received == []


@pytest.mark.parametrize(
    ("status", "asked", "waits"),
    [(429, "120", 120.0), (502, "7", 7.0), (503, "7", 7.0), (504, "7", 7.0), (500, "7", None), (429, "soon", None)],
)
async def test_a_throttling_receiver_says_how_long(
    message: Message, status: int, asked: str, waits: float | None
) -> None:
    head = f"HTTP/1.1 {status} No\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n".encode()
    async with receiving(head) as receiver:
        answer = await sent(message, receiver.url)
    assert (answer.status, answer.retry_after_s) == (status, waits)


@pytest.mark.parametrize(
    ("misbehaviour", "error"), [(never, "answer_lost"), (drip, "answer_lost"), (reset, "answer_lost")]
)
async def test_no_receiver_holds_the_sender_longer_than_the_limit(
    message: Message, misbehaviour: Misbehaviour, error: str
) -> None:
    async with receiving(misbehaviour) as receiver:
        started = time.monotonic()
        answer = await sender(BRIEF).send(message, url=receiver.url, secrets=(SECRET,))
        assert time.monotonic() - started < 2
    assert (answer.status, answer.error) == (None, error)
    assert answer.excerpt


def test_the_limit_is_fifteen_seconds() -> None:
    assert LIMITS.total == 15.0


@pytest.mark.parametrize("misbehaviour", [forever, flood])
async def test_a_status_counts_though_the_body_never_ends(message: Message, misbehaviour: Misbehaviour) -> None:
    async with receiving(misbehaviour) as receiver:
        started = time.monotonic()
        answer = await sent(message, receiver.url)
        assert time.monotonic() - started < 3
    assert answer.status == 200
    assert 0 < len(answer.excerpt) <= 500


async def test_a_huge_answer_is_read_only_in_part(message: Message) -> None:
    size = 50 * ANSWER_MAX
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    async with receiving(head + b"<p>" + b"x" * (size - 3)) as receiver:
        answer = await sent(message, receiver.url)
    assert answer.status == 200
    assert answer.excerpt == "<p>" + "x" * 497


async def test_a_compressed_answer_is_not_unpacked(message: Message) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhaha"
    async with receiving(head) as receiver:
        answer = await sent(message, receiver.url)
    assert answer.status == 200


async def test_nobody_listens(message: Message) -> None:
    async with receiving() as receiver:
        url = receiver.url
    answer = await sent(message, url)
    assert (answer.status, answer.error) == (None, "connect_failed")


async def test_a_name_that_leads_into_our_network_is_not_dialled(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name looks public when it is saved, and points at the loopback address when it is called."""
    async with receiving() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        lying = f"https://rebound.example.com:{port}/hooks"
        guarded = sender(allow_private=False)
        assert guarded.checked_url(lying) == lying
        _resolve_to("127.0.0.1", monkeypatch)
        answer = await guarded.send(message, url=lying, secrets=(SECRET,))
    assert (answer.status, answer.error) == (None, "address_forbidden")
    assert receiver.received == []


async def test_an_address_that_is_no_longer_allowed_is_not_called(message: Message) -> None:
    """It was saved while private addresses were allowed."""
    async with receiving() as receiver:
        answer = await sender(allow_private=False).send(message, url=receiver.url, secrets=(SECRET,))
    assert (answer.status, answer.error) == (None, "address_forbidden")
    assert receiver.received == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hooks",
        "https://127.0.0.1/hooks",
        "https://127.1/hooks",
        "https://0x7f.1/hooks",
        "https://2130706433/hooks",
        "https://[::1]/hooks",
        "https://[::ffff:10.0.0.1]/hooks",
        "https://[::10.0.0.1]/hooks",
        "https://[64:ff9b::a00:1]/hooks",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/hooks",
        "https://localhost./hooks",
        "https://printer.local/hooks",
        "https://db.internal/hooks",
        "https://user:password@example.com/hooks",
        "https://user@example.com/hooks",
        "https://example.com/hooks#part",
        "https://example.com:0/hooks",
        "https://example.com/ hooks",
        "https:///hooks",
        "ftp://example.com/hooks",
        "javascript:alert(1)",
        "/hooks",
        "",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_an_address_that_is_never_called_is_refused_when_it_is_saved(url: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        sender(allow_private=False).checked_url(url)
    assert refused.value.details["field"] == "url"


@pytest.mark.parametrize("url", ["https://example.com/hooks/", "https://example.com:8443/h?token=a%20b&x=1"])
def test_an_address_is_kept_as_it_stands(url: str) -> None:
    assert sender(allow_private=False).checked_url(url) == url


async def test_each_attempt_is_signed_for_its_own_instant(message: Message) -> None:
    class Late(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(hours=5)

    async with receiving() as receiver:
        await sent(message, receiver.url)
        await HttpWebhookSender(Late(), allow_private=True).send(message, url=receiver.url, secrets=(SECRET,))
    first, second = receiver.received
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 5 * 3600
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    with pytest.raises(WebhookVerificationError, match="too new"):
        second.verified(SECRET)


def _resolve_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for a name server that changed its mind: the system's own look-up, not one of our ports."""

    async def answer(self: object, host: object, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", answer)
