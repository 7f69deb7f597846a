"""A delivery is shown with what it caused."""

import pytest
from tests.post import OTHER_KEY, Post

from tresen.adapters.memory.webhooks import Told
from tresen.application.webhooks.get_delivery import GetDelivery
from tresen.application.webhooks.replay import ReplayOne
from tresen.domain.shared.errors import NotFound


async def test_a_delivery_is_shown_with_every_event_that_it_caused_and_no_other(post: Post) -> None:
    first = await post.bring(Told(subject="a:b", number=1))
    other = await post.bring(Told(subject="a:b", number=2))
    await post.work()
    assert first.delivery_id is not None
    await post.replay.one(ReplayOne(tenant_id=post.tenant, delivery_id=first.delivery_id, by="Ada", force=True))
    show = GetDelivery(post.transactions)
    assert other.delivery_id is not None
    effects = await post.effects()
    assert [event.data["delivery"] for event in effects] == [str(first.delivery_id), str(other.delivery_id)]
    for receipt, event in zip((first, other), effects, strict=True):
        assert receipt.delivery_id is not None
        shown = await show(post.tenant, receipt.delivery_id)
        assert shown.delivery.id == receipt.delivery_id
        assert shown.events == [event]


async def test_one_that_took_effect_twice_shows_both(post: Post) -> None:
    receipt = await post.bring(Told())
    await post.work()
    assert receipt.delivery_id is not None
    await post.replay.one(ReplayOne(tenant_id=post.tenant, delivery_id=receipt.delivery_id, by="Ada", force=True))
    await post.work()
    shown = await GetDelivery(post.transactions)(post.tenant, receipt.delivery_id)
    assert shown.events == await post.effects()
    assert len(shown.events) == 2


async def test_what_caused_nothing_shows_nothing(post: Post) -> None:
    receipt = await post.send(b"{")
    await post.work()
    assert receipt.delivery_id is not None
    assert (await GetDelivery(post.transactions)(post.tenant, receipt.delivery_id)).events == []


async def test_another_tenants_is_not_found(post: Post) -> None:
    foreign = await post.send(b"{", key=OTHER_KEY)
    assert foreign.delivery_id is not None
    with pytest.raises(NotFound):
        await GetDelivery(post.transactions)(post.tenant, foreign.delivery_id)
