"""What was stored takes effect once, in the provider's order where there is one."""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from tests.builders import NOON
from tests.post import KEY, OTHER_KEY, WORKER, Post, build_post, in_memory

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.webhooks import MemoryWebhooks, Told
from tresen.application.ports.webhooks import InboxView, WebhookRequest
from tresen.application.webhooks.apply_fact import PARENT_TRIES
from tresen.application.webhooks.process import TRIES
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.page import Listing
from tresen.domain.webhooks.delivery import DeliveryState
from tresen.domain.webhooks.fact import Reading

HOUR = timedelta(hours=1)


class Faulty(MemoryWebhooks):
    """Fails while ``error`` is set."""

    error: Exception | None = None

    def normalise(self, request: WebhookRequest, inbox: InboxView) -> Reading:
        if self.error is not None:
            raise self.error
        return super().normalise(request, inbox)


@pytest.fixture
async def faulty(clock: FixedClock) -> tuple[Post, Faulty]:
    provider = Faulty()
    return await build_post(in_memory(clock), provider), provider


async def worked(post: Post, clock: FixedClock, *, until: Callable[[], bool] = lambda: False) -> None:
    """Work until nothing is left, however long that takes."""
    for _ in range(100):
        await post.work()
        clock.advance(HOUR)
        if until():
            break


async def test_a_fact_becomes_an_event_that_says_where_it_comes_from(post: Post) -> None:
    receipt = await post.bring(Told(type="order.paid", subject="5", number=1, values={"total": "9.50"}))
    await post.work()
    (event,) = await post.effects()
    delivery = await post.delivery(receipt.delivery_id)
    assert (event.type, event.subject_kind, event.subject_id) == ("provider.order.paid", "thing", "5")
    assert event.data == {
        "provider": "memory",
        "account": str(post.account.id),
        "delivery": str(delivery.id),
        "values": {"total": "9.50"},
    }
    assert (event.occurred_at, event.correlation_id) == (NOON, delivery.correlation_id)
    assert (delivery.state, delivery.processed_at, delivery.subject) == (DeliveryState.DONE, NOON, "thing:5")


async def test_processing_twice_does_nothing_more(post: Post) -> None:
    await post.bring(Told())
    (job,) = await post.store.queue.claim({"process_delivery": None}, worker=WORKER, count=1)
    for _ in range(3):
        await post.process(job)
    assert len(await post.effects()) == 1


async def test_a_delivery_that_is_gone_is_no_failure(post: Post, clock: FixedClock) -> None:
    await post.bring(Told())
    (job,) = await post.store.queue.claim({"process_delivery": None}, worker=WORKER, count=1)
    await post.process(attrs.evolve(job, payload={"delivery": "019cae6b-6600-7000-8000-0000000000ff", "replays": "0"}))
    assert await post.effects() == []


async def test_the_same_fact_in_another_delivery_is_a_duplicate(post: Post) -> None:
    """B2: two deliveries with ids and bytes of their own tell of one payment."""
    first = await post.bring(Told(key="payment-1"), id_="a")
    second = await post.bring(Told(type="invoice.paid", key="payment-1"), id_="b")
    await post.work()
    assert [await post.state(one) for one in (first, second)] == [DeliveryState.DONE, DeliveryState.DUPLICATE]
    assert len(await post.effects()) == 1


async def test_the_same_content_under_another_id_is_a_duplicate(post: Post) -> None:
    first = await post.bring(Told(subject="7"), id_="a")
    await post.work()
    second = await post.bring(Told(subject="7"), id_="b")
    await post.work()
    stored = await post.delivery(second.delivery_id)
    assert stored.state is DeliveryState.DUPLICATE
    assert stored.reason == f"same content as {first.delivery_id}"
    assert len(await post.effects()) == 1


async def test_accounts_share_no_facts(post: Post) -> None:
    own, foreign = await post.bring(Told(key="k"), key=KEY), await post.bring(Told(key="k"), key=OTHER_KEY)
    await post.work()
    assert await post.state(own) is DeliveryState.DONE
    other = post.other_account.tenant_id
    assert (await post.delivery(foreign.delivery_id, other)).state is DeliveryState.DONE
    assert (len(await post.effects()), len(await post.effects(other))) == (1, 1)


async def test_what_comes_late_changes_nothing(post: Post) -> None:
    """B1: an update that was overtaken must not bring back what was cancelled since."""
    late = await post.bring(Told(type="subscription.cancelled", number=2))
    await post.work()
    early = await post.bring(Told(type="subscription.updated", number=1))
    await post.work()
    assert [await post.state(one) for one in (late, early)] == [DeliveryState.DONE, DeliveryState.OUT_OF_DATE]
    assert (await post.delivery(early.delivery_id)).reason == f"superseded by {late.delivery_id}"
    assert [event.type for event in await post.effects()] == ["provider.subscription.cancelled"]


async def test_what_comes_in_order_is_applied_in_order(post: Post) -> None:
    for number in (1, 2, 10):
        await post.bring(Told(number=number))
    await post.bring(Told(number=1, subject="other"))
    await post.work()
    assert len(await post.effects()) == 4


async def test_two_contents_of_one_order_are_both_applied_and_marked_ambiguous(post: Post) -> None:
    await post.bring(Told(number=1, values={"state": "paid"}))
    await post.bring(Told(number=1, values={"state": "open"}))
    await post.work()
    assert ["ambiguous" in event.data for event in await post.effects()] == [False, True]
    assert (await post.effects())[1].data["ambiguous"] is True


async def test_without_an_order_everything_new_counts(post: Post) -> None:
    for value in "ab":
        await post.bring(Told(values={"state": value}))
    await post.work()
    assert ["ambiguous" in event.data for event in await post.effects()] == [False, False]


async def test_an_order_survives_facts_that_have_none(post: Post) -> None:
    for told in (Told(number=5), Told(type="thing.seen"), Told(number=4)):
        last = await post.bring(told)
        await post.work()
    assert await post.state(last) is DeliveryState.OUT_OF_DATE


async def test_what_came_before_its_parent_waits_for_it(post: Post, clock: FixedClock) -> None:
    child = await post.bring(Told(subject="child", needs="parent"))
    await post.work()
    assert await post.state(child) is DeliveryState.RECEIVED
    await post.bring(Told(subject="parent"))
    await worked(post, clock)
    events = await post.effects()
    assert [event.subject_id for event in events] == ["parent", "child"]
    assert "parent_missing" not in events[1].data


async def test_a_parent_that_never_comes_is_not_waited_for_for_ever(post: Post, clock: FixedClock) -> None:
    child = await post.bring(Told(subject="child", needs="parent"))
    runs = 0
    while await post.state(child) is DeliveryState.RECEIVED:
        assert runs <= PARENT_TRIES
        runs += await post.work()
        clock.advance(HOUR)
    (event,) = await post.effects()
    assert event.data["parent_missing"] is True
    assert runs == PARENT_TRIES + 1


async def test_another_tenants_parent_is_none(post: Post) -> None:
    await post.bring(Told(subject="parent"), key=OTHER_KEY)
    child = await post.bring(Told(subject="child", needs="parent"))
    await post.work()
    assert await post.state(child) is DeliveryState.RECEIVED


async def test_of_mere_hints_that_wait_one_is_applied_for_all(post: Post) -> None:
    hints = [await post.bring(Told(coalesces=True, number=n, subject="cal")) for n in range(5)]
    other = await post.bring(Told(coalesces=True, subject="other"))
    plain = await post.bring(Told(subject="cal"))
    await post.work()
    states = [await post.state(one) for one in hints]
    assert (states.count(DeliveryState.DONE), states.count(DeliveryState.OUT_OF_DATE)) == (1, 4)
    assert [await post.state(one) for one in (other, plain)] == [DeliveryState.DONE] * 2
    assert len(await post.effects()) == 3


async def test_a_hint_that_comes_later_counts_anew(post: Post) -> None:
    for number in range(2):
        await post.bring(Told(coalesces=True, number=number))
        await post.work()
    assert len(await post.effects()) == 2


async def test_a_hint_that_does_nothing_covers_no_other(post: Post) -> None:
    await post.bring(Told(coalesces=True, key="same"), id_="a")
    await post.work()
    repeated = await post.bring(Told(coalesces=True, key="same", values={"n": "2"}), id_="b")
    fresh = await post.bring(Told(coalesces=True, key="fresh", values={"n": "3"}), id_="c")
    await post.work()
    assert [await post.state(one) for one in (repeated, fresh)] == [DeliveryState.DUPLICATE, DeliveryState.DONE]


async def test_an_unknown_type_is_kept_and_does_nothing(post: Post) -> None:
    receipt = await post.bring(Told(type="brandnew"))
    await post.work()
    stored = await post.delivery(receipt.delivery_id)
    assert (stored.state, stored.reason, stored.type) == (DeliveryState.IGNORED, "unknown type", "brandnew")
    assert await post.effects() == []


async def test_what_cannot_be_understood_is_kept_with_its_reason(post: Post) -> None:
    receipt = await post.send(b"{")
    await post.work()
    stored = await post.delivery(receipt.delivery_id)
    assert (stored.state, stored.reason, stored.body) == (DeliveryState.UNUSABLE, "not JSON", b"{")


async def test_a_fault_is_tried_again_until_it_heals(faulty: tuple[Post, Faulty], clock: FixedClock) -> None:
    post, provider = faulty
    provider.error = ValueError("secret payload")
    receipt = await post.bring(Told())
    await post.work()
    stored = await post.delivery(receipt.delivery_id)
    assert (stored.state, stored.attempts, stored.reason) == (DeliveryState.RECEIVED, 1, "ValueError")
    provider.error = None
    clock.advance(HOUR)
    await post.work()
    assert await post.state(receipt) is DeliveryState.DONE
    assert len(await post.effects()) == 1


async def test_poison_ends_dead_and_visible(faulty: tuple[Post, Faulty], clock: FixedClock) -> None:
    post, provider = faulty
    provider.error = InvalidValue("no such month")
    receipt = await post.bring(Told())
    await worked(post, clock)
    stored = await post.delivery(receipt.delivery_id)
    assert (stored.state, stored.attempts) == (DeliveryState.DEAD, TRIES)
    assert stored.reason == "invalid_value: no such month"
    assert await post.effects() == []
    async with post.store.units.open(post.tenant, read_only=True) as uow:
        assert (await uow.jobs.page(Listing())).count == 0


async def test_poison_that_kills_its_process_each_time_ends_dead_too(
    faulty: tuple[Post, Faulty], clock: FixedClock
) -> None:
    post, provider = faulty
    provider.error = MemoryError()
    receipt = await post.bring(Told())
    for _ in range(TRIES):
        await post.store.queue.claim({"process_delivery": None}, worker=WORKER, count=1)
        clock.advance(HOUR)
    await worked(post, clock)
    assert await post.state(receipt) is DeliveryState.DEAD


async def test_a_fault_of_one_leaves_the_others_alone(post: Post) -> None:
    await post.send(b"{")
    good = await post.bring(Told())
    await post.work()
    assert await post.state(good) is DeliveryState.DONE
