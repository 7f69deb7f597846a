"""What providers see at /webhooks."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from tests.builders import NOON, an_account, an_inbox
from tests.world import World

from tresen.adapters.memory.webhooks import SIGNATURE, Told, encode, signed
from tresen.application.ports.inboxes import DeliveryListing
from tresen.application.webhooks.receive import MAX_BODY
from tresen.domain.shared.errors import StorageUnavailable
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.entrypoints.api.app import ApiSettings, create_api

from .conftest import Api

SECRET, KEY = "s3cret", "k" * 43
DOOR = f"/webhooks/memory/{KEY}"


@pytest.fixture
async def account(world: World) -> ProviderAccount:
    """North's account with an inbox."""
    account = an_account(world.north.id, "inbox")
    inbox = an_inbox(account, KEY, secret=world.box.seal(SECRET))
    room = world.store.room(world.north.id)
    room.accounts.put(account.id, account)
    room.inboxes.put(inbox.id, inbox)
    return account


async def post(
    api: Api, body: bytes = b"{}", *, path: str = DOOR, secret: str = SECRET, **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.client.post(path, content=body, headers={**signed(body, secret), **named})


async def count(api: Api) -> int:
    return (await api.world.use_cases.inbox_readers.page(api.world.north.id, DeliveryListing())).count


async def test_what_is_signed_is_stored_and_accepted_without_a_login(api: Api, account: ProviderAccount) -> None:
    answer = await post(api, x_correlation_id="c-9")
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["x-correlation-id"] == "c-9"
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = await api.world.use_cases.inbox_readers.page(api.world.north.id, DeliveryListing())
    (row,) = page.items
    assert (row.account_id, row.correlation_id, row.received_at) == (account.id, "c-9", NOON)


async def test_a_duplicate_gets_the_same_answer(api: Api, account: ProviderAccount) -> None:
    answers = [await post(api) for _ in range(3)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    assert await count(api) == 1


@pytest.mark.parametrize("word", ["ping", "stale"])
async def test_pings_are_accepted_and_not_stored(api: Api, account: ProviderAccount, word: str) -> None:
    assert (await post(api, encode(Told(type=word)))).status_code == 202
    assert await count(api) == 0


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["correlation_id"] == answer.headers["x-correlation-id"]
    assert KEY not in answer.text
    return (answer.status_code, told["status"], told["code"]) == (status, status, code)


async def test_a_wrong_signature_is_401(api: Api, account: ProviderAccount) -> None:
    assert is_problem(await post(api, secret="wrong"), 401, "bad_signature")


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/memory/unknown",
        f"/webhooks/memory/{'u' * 43}",
        "/webhooks/memory/%00",
        f"/webhooks/stripe/{KEY}",
        f"/webhooks/nobody/{KEY}",
        f"/webhooks/memory/{KEY}/",
        f"/webhooks/memory/{KEY}/other",
        f"/webhooks/nobody/{KEY}/inbound",
        "/webhooks/memory/",
        "/webhooks/memory",
        "/webhooks/",
        "/webhooks//",
    ],
)
async def test_an_unknown_address_is_404(api: Api, account: ProviderAccount, path: str) -> None:
    assert is_problem(await post(api, path=path), 404, "not_found")


async def test_a_disabled_inbox_is_410(api: Api, account: ProviderAccount) -> None:
    stored = api.world.store.room(api.world.north.id).inboxes.find(account.id)
    assert stored is not None
    stored.disabled_at = NOON
    assert is_problem(await post(api, secret="wrong"), 410, "inbox_disabled")


async def test_a_packed_body_is_415(api: Api, account: ProviderAccount) -> None:
    assert is_problem(await post(api, content_encoding="gzip"), 415, "encoded_body")


async def several(api: Api, name: str, values: list[str]) -> httpx.Response:
    """A header that is given several times, beside those of a good request."""
    others = {key: value for key, value in signed(b"{}", SECRET).items() if key != name}
    return await api.client.post(DOOR, content=b"{}", headers=[*others.items(), *((name, value) for value in values)])


async def test_every_encoding_that_is_named_counts(api: Api, account: ProviderAccount) -> None:
    assert is_problem(await several(api, "content-encoding", ["identity", "gzip"]), 415, "encoded_body")


async def test_of_two_signatures_none_may_be_chosen(api: Api, account: ProviderAccount) -> None:
    right = signed(b"{}", SECRET)[SIGNATURE]
    assert (await several(api, SIGNATURE, [right])).status_code == 202
    for values in ([right, "wrong"], ["wrong", right]):
        assert is_problem(await several(api, SIGNATURE, values), 401, "bad_signature")


async def test_what_is_given_several_times_is_kept_as_one_list(api: Api, account: ProviderAccount) -> None:
    await several(api, "x-memory-topic", ["a", "b"])
    ((_, delivery),) = api.world.store.room(api.world.north.id).deliveries.items()
    assert delivery.headers["x-memory-topic"] == "a, b"


async def test_a_body_that_is_too_large_is_413_whatever_else_is_wrong(api: Api, account: ProviderAccount) -> None:
    for path in (DOOR, "/webhooks/memory/unknown"):
        answer = await post(api, b"x" * (MAX_BODY + 1), path=path, secret="wrong")
        assert is_problem(answer, 413, "too_large")
        assert answer.headers["connection"] == "close"


async def test_the_largest_body_is_taken(api: Api, account: ProviderAccount) -> None:
    assert (await post(api, b"x" * MAX_BODY)).status_code == 202


async def test_a_large_body_that_is_not_announced_is_not_read_to_its_end(api: Api, account: ProviderAccount) -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 1_000_000

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(cast(Any, api.client.app)), base_url="http://x"
    ) as client:
        answer = await client.post(DOOR, content=pieces())
    assert is_problem(answer, 413, "too_large")
    assert sent < 10


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_only_posts_are_taken(api: Api, account: ProviderAccount, method: str) -> None:
    answer = await api.client.request(method, DOOR)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_a_store_that_fails_is_503_and_the_provider_may_try_again(
    api: Api, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise StorageUnavailable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("tresen.adapters.memory.inboxes.MemoryDeliveries.add_new", down)
        answer = await post(api)
    assert is_problem(answer, 503, "storage_unavailable")
    assert answer.headers["retry-after"]
    assert (await post(api)).status_code == 202
    assert await count(api) == 1


async def test_what_nobody_foresaw_is_500_and_says_nothing(
    api: Api, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("tresen.adapters.memory.webhooks.MemoryWebhooks.verify", broken)
    answer = await post(api)
    assert is_problem(answer, 500, "internal_error")
    assert "secret detail" not in answer.text


async def test_webhooks_are_not_counted_against_the_limit_of_an_address(world: World, account: ProviderAccount) -> None:
    """A provider sends those of all its customers from a few addresses."""
    app = create_api(world.use_cases, ApiSettings(address_limit=2))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url="http://x") as client:
        for number in range(5):
            body = encode(Told(subject=str(number)))
            assert (await client.post(DOOR, content=body, headers=signed(body, SECRET))).status_code == 202


async def test_a_call_that_rings_is_answered_at_once(api: Api, account: ProviderAccount) -> None:
    body = encode(Told(type="call.inbound", subject="c-1"))
    answer = await post(api, body, path=f"{DOOR}/inbound")
    assert (answer.status_code, answer.json()) == (200, {"agent": None, "variables": {}})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-correlation-id"]
    assert await count(api) == 1


async def test_a_call_with_a_wrong_signature_is_401(api: Api, account: ProviderAccount) -> None:
    assert is_problem(await post(api, path=f"{DOOR}/inbound", secret="wrong"), 401, "bad_signature")


@pytest.fixture
def observed(world: World) -> list[tuple[str, int]]:
    """Providers and statuses, as the metrics are told of them."""
    seen: list[tuple[str, int]] = []
    object.__setattr__(world.use_cases, "observe_webhook", lambda provider, status: seen.append((provider, status)))
    return seen


async def test_every_answer_is_counted_under_a_name_that_is_known(
    observed: list[tuple[str, int]], api: Api, account: ProviderAccount
) -> None:
    await post(api)
    await post(api, secret="wrong")
    await post(api, path="/webhooks/made-up-7/x")
    await post(api, path="/webhooks/")
    assert observed == [("memory", 202), ("memory", 401), ("unknown", 404), ("unknown", 404)]


async def test_the_metrics_tell_what_waits(api: Api, account: ProviderAccount) -> None:
    await post(api)
    text = (await api.client.get("/metrics")).text
    assert 'tresen_deliveries{state="received"} 1.0' in text
    assert "tresen_oldest_delivery_seconds 0.0" in text
    assert 'tresen_queue_jobs{kind="process_delivery",state="queued"} 1.0' in text


async def test_the_metrics_do_without_a_store_that_fails(
    api: Api, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr("tresen.adapters.memory.inboxes.MemoryInboxReaders.figures", down)
    answer = await api.client.get("/metrics")
    assert answer.status_code == 200
    assert "tresen_deliveries{" not in answer.text
