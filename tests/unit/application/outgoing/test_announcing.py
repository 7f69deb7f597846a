"""Events become messages with the transaction that recorded them."""

import json

import pytest

from tresen.application.outgoing.payload import TEST_TYPE
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.webhooks.message import MessageState

from .post import Post, url_of


async def test_every_active_endpoint_that_wants_it_is_told() -> None:
    post = Post()
    shop, books = await post.endpoint("shop"), await post.endpoint("books", "lead.*")
    off = await post.endpoint("off")
    await post.switch.disable(post.tenant, off.id)
    await post.happen("1")
    await post.happen("2", type_="lead.captured")
    await post.work()
    assert post.went_to("shop")[-2:] == ["1", "2"]
    assert post.went_to("books") == ["2"]
    assert post.went_to("off") == []
    assert set(await post.states(shop) + await post.states(books)) == {MessageState.DELIVERED}


async def test_a_message_says_what_happened() -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("7", "7", name="Zoë", amount=None)
    first, second = await post.messages(shop)
    event = (await post.transactions.read(post.tenant, lambda uow: uow.events.of_subject("thing", "7")))[1]
    assert json.loads(second.body) == {
        "type": "thing.rang",
        "timestamp": "2026-03-02T12:00:00.000000Z",
        "data": {
            "id": str(event.id),
            "tenant": "studio",
            "subject": {"kind": "thing", "id": "7"},
            "sequence": 2,
            "values": {"name": "Zoë", "amount": None},
        },
    }
    assert (second.event_id, second.subject) == (event.id, "thing:7")
    assert first.webhook_id != second.webhook_id


async def test_what_was_not_committed_is_not_told() -> None:
    post = Post()
    shop = await post.endpoint()

    async def fail(uow: UnitOfWork) -> None:
        uow.events.record(post.event())
        await uow.events.send(uow, post.transactions._units._fanout)  # type: ignore[attr-defined]  # what commit does first
        raise LookupError

    with pytest.raises(LookupError):
        await post.transactions.run(post.tenant, "fail", fail)
    await post.work()
    assert await post.messages(shop) == []
    assert post.sender.sent == []
    assert post.queued() == 0


async def test_without_an_endpoint_that_wants_it_nothing_is_written() -> None:
    post = Post()
    shop = await post.endpoint("shop", "lead.*")
    await post.happen("1")
    assert await post.messages(shop) == []
    assert post.queued() == 0


async def test_a_test_is_sent_whatever_the_filters() -> None:
    post = Post()
    shop = await post.endpoint("shop", "lead.*")
    message = await post.test(post.tenant, shop.id)
    assert message.event_id is None
    await post.work()
    (sent,) = post.sender.sent
    assert sent.url == url_of("shop")
    told = json.loads(sent.body)
    assert (told["type"], told["data"]["endpoint"]) == (TEST_TYPE, {"id": str(shop.id), "name": "shop"})
