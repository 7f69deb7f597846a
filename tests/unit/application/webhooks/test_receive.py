"""What comes in is proved, stored once, and only then answered."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest
from tests.builders import NOON
from tests.post import KEY, OTHER_KEY, SECRET, Post, build_post, in_memory, numbered

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.webhooks import SIGNATURE, Told, encode, signed
from tresen.application.log_context import bound
from tresen.application.ports.inboxes import DeliveryListing
from tresen.application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from tresen.application.ports.webhooks import BadSignature, WebhookRequest
from tresen.application.webhooks.receive import EncodedBody, InboxDisabled, IncomingWebhook, Outcome, Receipt
from tresen.domain.shared.errors import InvalidValue, NotFound, StorageConflict, StorageUnavailable, TresenError
from tresen.domain.shared.ids import TenantId
from tresen.domain.webhooks.delivery import Delivery, DeliveryState, content_hash, content_key
from tresen.domain.webhooks.inbox import InboxSecret

SECOND = timedelta(seconds=1)
AddNew = Callable[[Sequence[Delivery]], Coroutine[Any, Any, Sequence[bool]]]


async def count(post: Post, tenant: TenantId | None = None) -> int:
    """How many deliveries are stored."""
    return (await post.store.inboxes.page(tenant or post.tenant, DeliveryListing())).count


def request(headers: Mapping[str, str] | None = None, *, body: bytes = b"{}", secret: str = SECRET) -> WebhookRequest:
    return WebhookRequest(headers={**signed(body, secret), **(headers or {})}, body=body)


async def receive(post: Post, request: WebhookRequest, *, key: str = KEY, provider: str = "memory") -> Receipt:
    return await post.receive(IncomingWebhook(provider=provider, key=key, request=request))


async def test_what_came_is_stored_as_it_came(post: Post) -> None:
    body = encode(Told(subject="5"))
    with bound(correlation_id="c-7"):
        receipt = await post.send(body, id_="d-1")
    assert (receipt.outcome, receipt.status) == (Outcome.STORED, 202)
    stored = await post.delivery(receipt.delivery_id)
    assert stored.body == body
    assert stored.content_hash == content_hash(body)
    assert (stored.delivery_key, stored.type, stored.provider) == ("d-1", "thing.changed", "memory")
    assert (stored.received_at, stored.correlation_id) == (NOON, "c-7")
    assert (stored.account_id, stored.state) == (post.account.id, DeliveryState.RECEIVED)


async def test_the_same_delivery_again_gets_the_same_answer_and_is_counted(post: Post) -> None:
    first = await post.bring(Told(), id_="d-1")
    again = await post.bring(Told(subject="9"), id_="d-1")
    assert (again.outcome, again.status, again.delivery_id) == (Outcome.DUPLICATE, first.status, None)
    assert (await post.delivery(first.delivery_id)).duplicates == 1
    assert await count(post) == 1


async def test_without_an_id_the_content_decides(post: Post) -> None:
    """H7: leaving out the header with the id must not get round the look for duplicates."""
    first = await post.bring(Told())
    assert (await post.bring(Told())).outcome is Outcome.DUPLICATE
    assert (await post.bring(Told(subject="2"))).outcome is Outcome.STORED
    stored = await post.delivery(first.delivery_id)
    assert stored.delivery_key == content_key(stored.content_hash)


async def test_an_id_that_no_database_would_index_is_hashed(post: Post) -> None:
    for odd in ("x" * 301, "a\x00b"):
        receipt = await post.bring(Told(), id_=odd)
        assert receipt.outcome is Outcome.STORED
        assert (await post.delivery(receipt.delivery_id)).delivery_key.startswith("key:")
        assert (await post.bring(Told(), id_=odd)).outcome is Outcome.DUPLICATE


async def test_accounts_and_tenants_do_not_share_ids(post: Post) -> None:
    own, foreign = await post.bring(Told(), id_="d"), await post.bring(Told(), id_="d", key=OTHER_KEY)
    assert (own.outcome, foreign.outcome) == (Outcome.STORED, Outcome.STORED)
    assert (await post.delivery(foreign.delivery_id, post.other_account.tenant_id)).account_id == post.other_account.id
    with pytest.raises(NotFound):
        await post.delivery(foreign.delivery_id)


@pytest.mark.parametrize("word", ["ping", "stale"])
async def test_pings_and_what_a_replaced_subscription_sends_are_answered_and_not_stored(post: Post, word: str) -> None:
    receipt = await post.bring(Told(type=word))
    assert (receipt.outcome.value, receipt.status, receipt.delivery_id) == (word, 202, None)
    assert await count(post) == 0


async def test_what_is_signed_but_cannot_be_read_is_stored(post: Post) -> None:
    assert (await post.send(b"\xff not JSON")).outcome is Outcome.STORED


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "nonsense"])
async def test_the_content_type_does_not_matter(post: Post, content_type: str) -> None:
    await receive(post, request({"content-type": content_type}))
    assert await count(post) == 1


async def test_secret_headers_are_not_kept(post: Post) -> None:
    headers = {
        "authorization": "Bearer x",
        "cookie": "a=b",
        "x-api-key": "x",
        "x-channel-token": "x",
        "x-forwarded-for": "192.0.2.1",
        "x-amzn-oidc-data": "x",
        "x-shop-webhook-topic": "order.updated",
        "user-agent": "Sender/1",
    }
    receipt = await receive(post, request(headers))
    kept = (await post.delivery(receipt.delivery_id)).headers
    assert set(kept) == {"content-type", "user-agent", "x-shop-webhook-topic", SIGNATURE}


@pytest.mark.parametrize(("provider", "key"), [("memory", "x" * 43), ("memory", ""), ("stripe", KEY), ("nobody", KEY)])
async def test_an_unknown_address_is_not_found_whatever_is_wrong_with_it(post: Post, provider: str, key: str) -> None:
    with pytest.raises(NotFound) as found:
        await receive(post, request(), provider=provider, key=key)
    assert found.value.details == {"kind": "webhook"}


@pytest.mark.parametrize("secret", ["wrong", ""])
async def test_a_wrong_signature_is_refused(post: Post, secret: str) -> None:
    with pytest.raises(BadSignature):
        await receive(post, request(secret=secret))
    assert await count(post) == 0


async def test_an_inbox_without_secrets_is_closed(post: Post) -> None:
    await post.change_inbox(secrets=())
    with pytest.raises(BadSignature):
        await receive(post, request(secret=""))


async def test_the_address_is_looked_at_before_the_signature_and_that_before_the_encoding(post: Post) -> None:
    packed = {"content-encoding": "gzip"}
    with pytest.raises(NotFound):
        await receive(post, request(packed, secret="wrong"), key="x")
    with pytest.raises(BadSignature):
        await receive(post, request(packed, secret="wrong"))
    with pytest.raises(EncodedBody):
        await receive(post, request(packed))
    await post.change_inbox(disabled_at=NOON)
    with pytest.raises(InboxDisabled):
        await receive(post, request(packed, secret="wrong"))


async def refused(post: Post, request: WebhookRequest, *, key: str = KEY, provider: str = "memory") -> None:
    with pytest.raises(TresenError):
        await receive(post, request, key=key, provider=provider)


async def test_what_is_refused_is_logged_with_the_reason_and_without_secrets(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    await post.bring(Told())
    caplog.clear()
    packed = {"content-encoding": "gzip"}
    await refused(post, request(secret="wrong"))
    await refused(post, request(packed))
    await refused(post, request(), key="x" * 43)
    await refused(post, request(), key="x" * 43, provider="a\nb")
    await refused(post, request(), provider="stripe")
    await post.change_inbox(disabled_at=NOON)
    await refused(post, request(secret="wrong"))
    with pytest.raises(InboxDisabled):
        await post.receive.ensure_open("memory", KEY)
    told = [vars(record) for record in caplog.records if record.levelname == "WARNING"]
    account = str(post.account.id)
    assert [(line["code"], line["provider"], line["account_id"]) for line in told] == [
        ("bad_signature", "memory", account),
        ("encoded_body", "memory", account),
        ("not_found", "memory", None),
        ("not_found", "unknown", None),
        ("not_found", "stripe", account),
        ("inbox_disabled", "memory", account),
        ("inbox_disabled", "memory", account),
    ]
    assert [line["reason"] for line in told][:3] == [
        "the signature is wrong",
        "send the body as it is: no content encoding is understood here",
        "no webhook at this address",
    ]
    assert not any(word in str(line) for line in told for word in (KEY, "x" * 43, SECRET))


async def test_what_is_accepted_at_the_second_look_is_no_refusal(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    await post.bring(Told())
    await post.change_inbox(secrets=(InboxSecret(sealed=post.box.seal("new"), created_at=NOON),))
    await post.send(b"another", secret="new")
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


async def test_identity_is_no_encoding(post: Post) -> None:
    await receive(post, request({"content-encoding": " Identity "}))
    assert await count(post) == 1


async def test_a_secret_that_was_just_rotated_counts_at_once(post: Post) -> None:
    await post.bring(Told())
    sealed = InboxSecret(sealed=post.box.seal("new"), created_at=NOON)
    await post.change_inbox(secrets=(sealed,))
    receipt = await post.send(b"another", secret="new")
    assert receipt.outcome is Outcome.STORED


async def test_an_inbox_that_was_just_enabled_counts_at_once(post: Post) -> None:
    await post.change_inbox(disabled_at=NOON)
    with pytest.raises(InboxDisabled):
        await post.bring(Told())
    await post.change_inbox(disabled_at=None)
    assert (await post.bring(Told())).outcome is Outcome.STORED


async def test_a_change_of_the_inbox_is_seen_after_a_second(post: Post, clock: FixedClock) -> None:
    await post.bring(Told())
    await post.change_inbox(disabled_at=NOON)
    clock.advance(SECOND)
    assert (await post.bring(Told(subject="2"))).outcome is Outcome.STORED
    clock.advance(SECOND / 1000)
    with pytest.raises(InboxDisabled):
        await post.bring(Told(subject="3"))


async def test_two_secrets_are_live_during_a_rotation(post: Post, clock: FixedClock) -> None:
    old = InboxSecret(sealed=post.box.seal(SECRET), created_at=NOON, expires_at=NOON + 60 * SECOND)
    new = InboxSecret(sealed=post.box.seal("new"), created_at=NOON)
    await post.change_inbox(secrets=(old, new))
    for secret in (SECRET, "new"):
        assert (await post.send(secret.encode(), secret=secret)).outcome is Outcome.STORED
    clock.advance(62 * SECOND)
    with pytest.raises(BadSignature):
        await post.send(b"late", secret=SECRET)


async def test_a_secret_that_cannot_be_opened_is_our_fault(post: Post) -> None:
    """The provider shall try again: 503, not 401."""
    await post.change_inbox(secrets=(InboxSecret(sealed=b"\x01" + bytes(40), created_at=NOON),))
    with pytest.raises(StorageUnavailable):
        await post.bring(Told())


@attrs.define
class Unreliable(UnitsOfWork):
    """Counts transactions; ``poison`` in a body makes the transaction fail that stores it."""

    units: UnitsOfWork
    opened: int = 0
    poison: bytes | None = None
    down: TresenError | None = None
    commits_seen: list[int] = attrs.field(factory=list)

    @asynccontextmanager
    async def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AsyncIterator[UnitOfWork]:
        self.opened += 1
        async with self.units.open(tenant_id, read_only=read_only) as uow:
            if self.down is not None:
                raise self.down
            uow.deliveries.add_new = self._checked(uow.deliveries.add_new)  # type: ignore[method-assign, assignment]  # for one use
            await asyncio.sleep(0)
            yield uow

    def _checked(self, add_new: AddNew) -> AddNew:
        async def checked(deliveries: Sequence[Delivery]) -> Sequence[bool]:
            if self.poison is not None and any(self.poison in one.body for one in deliveries):
                raise InvalidValue("cannot be stored")
            self.commits_seen.append(len(deliveries))
            return await add_new(deliveries)

        return checked


async def unreliable(clock: FixedClock) -> tuple[Post, Unreliable]:
    store = in_memory(clock)
    units = Unreliable(store.units)
    post = await build_post(attrs.evolve(store, units=units))
    units.opened, units.commits_seen = 0, []
    return post, units


async def test_those_that_wait_at_the_same_time_share_a_transaction(clock: FixedClock) -> None:
    post, units = await unreliable(clock)
    receipts = await asyncio.gather(*(post.bring(told) for told in numbered(16)))
    assert all(receipt.outcome is Outcome.STORED for receipt in receipts)
    assert units.opened <= 2
    assert await count(post) == 16


async def test_tenants_share_no_transaction(clock: FixedClock) -> None:
    post, _ = await unreliable(clock)
    brought = [post.bring(told, key=key) for told in numbered(4) for key in (KEY, OTHER_KEY)]
    assert {receipt.outcome for receipt in await asyncio.gather(*brought)} == {Outcome.STORED}
    assert (await count(post), await count(post, post.other_account.tenant_id)) == (4, 4)


async def test_one_that_cannot_be_stored_does_not_take_its_neighbours_along(clock: FixedClock) -> None:
    post, units = await unreliable(clock)
    units.poison = b'"subject":"7"'
    ends = await asyncio.gather(*(post.bring(told) for told in numbered(16)), return_exceptions=True)
    assert [i for i, end in enumerate(ends) if isinstance(end, InvalidValue)] == [7]
    assert await count(post) == 15


@pytest.mark.parametrize("error", [StorageConflict("busy"), StorageUnavailable("disk full")])
async def test_nothing_is_accepted_while_the_store_fails_and_everything_afterwards(
    clock: FixedClock, error: TresenError
) -> None:
    post, units = await unreliable(clock)
    units.down = error
    ends = await asyncio.gather(*(post.bring(told) for told in numbered(3)), return_exceptions=True)
    assert [type(end) for end in ends] == [type(error)] * 3
    units.down = None
    receipts = await asyncio.gather(*(post.bring(told) for told in numbered(3)))
    assert {receipt.outcome for receipt in receipts} == {Outcome.STORED}


async def test_a_caller_that_goes_away_leaves_its_neighbours_their_answers(clock: FixedClock) -> None:
    post, _ = await unreliable(clock)
    tasks = [asyncio.create_task(post.bring(told)) for told in numbered(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(ends[0], asyncio.CancelledError)
    assert all(not isinstance(end, BaseException) for end in ends[1:])
