"""A person lets deliveries be looked at once more."""

from datetime import timedelta

import attrs
import pytest
from tests.builders import NOON
from tests.post import OTHER_KEY, WORKER, Post

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.webhooks import Told
from tresen.application.ports.inboxes import DeliveryFilter
from tresen.application.webhooks.process import TRIES
from tresen.application.webhooks.receive import Receipt
from tresen.application.webhooks.replay import MAX_REPLAY, ReplayMany, ReplayOne
from tresen.domain.jobs.outcome import Done
from tresen.domain.shared.errors import IllegalTransition, InvalidValue, NotFound
from tresen.domain.webhooks.delivery import Delivery, DeliveryState

MINUTE = timedelta(minutes=1)


async def one(post: Post, receipt: Receipt, *, force: bool = False) -> Delivery:
    assert receipt.delivery_id is not None
    wish = ReplayOne(tenant_id=post.tenant, delivery_id=receipt.delivery_id, by="Ada", force=force)
    return await post.replay.one(wish)


async def many(
    post: Post,
    wanted: DeliveryFilter | None = None,
    *,
    limit: int = 1_000,
    force: bool = False,
    dry_run: bool = False,
) -> int:
    """Everything, unless a filter is given."""
    wish = ReplayMany(
        tenant_id=post.tenant,
        wanted=wanted or DeliveryFilter(),
        by="Ada",
        limit=limit,
        everything=wanted is None,
        force=force,
        dry_run=dry_run,
    )
    return await post.replay.many(wish)


async def test_what_came_to_nothing_is_received_anew(post: Post) -> None:
    receipt = await post.send(b"{")
    await post.work()
    replayed = await one(post, receipt)
    assert (replayed.state, replayed.reason) == (DeliveryState.RECEIVED, "replayed by Ada, was unusable")
    assert (replayed.attempts, replayed.processed_at) == (0, None)
    assert await post.work() == 1
    assert await post.state(receipt) is DeliveryState.UNUSABLE


async def test_what_took_effect_is_replayed_only_by_force_and_then_takes_it_again(post: Post) -> None:
    receipt = await post.bring(Told(number=1))
    await post.work()
    with pytest.raises(IllegalTransition):
        await one(post, receipt)
    await one(post, receipt, force=True)
    await post.work()
    assert await post.state(receipt) is DeliveryState.DONE
    assert len(await post.effects()) == 2


async def test_a_duplicate_that_is_replayed_does_not_free_the_others_mark(post: Post) -> None:
    await post.bring(Told(key="k"), id_="a")
    second = await post.bring(Told(key="k", values={"n": "2"}), id_="b")
    await post.work()
    await one(post, second, force=True)
    await post.work()
    assert await post.state(second) is DeliveryState.DUPLICATE
    assert len(await post.effects()) == 1


async def test_what_is_out_of_date_stays_so(post: Post) -> None:
    await post.bring(Told(number=2))
    late = await post.bring(Told(number=1))
    await post.work()
    await one(post, late)
    await post.work()
    assert await post.state(late) is DeliveryState.OUT_OF_DATE
    assert len(await post.effects()) == 1


async def test_what_waits_is_not_replayed(post: Post) -> None:
    receipt = await post.bring(Told())
    with pytest.raises(IllegalTransition):
        await one(post, receipt, force=True)
    assert await post.work() == 1


async def test_a_job_of_a_former_round_does_nothing(post: Post) -> None:
    receipt = await post.send(b"{")
    (former,) = await post.store.queue.claim({"process_delivery": None}, worker=WORKER, count=9)
    await post.process(former)
    await one(post, receipt)
    await post.process(former)
    await post.process(attrs.evolve(former, attempts=TRIES))
    assert await post.state(receipt) is DeliveryState.RECEIVED
    assert await post.work() == 1
    assert await post.state(receipt) is DeliveryState.UNUSABLE


async def test_a_replayed_delivery_whose_job_was_lost_gets_one_of_its_round(post: Post, clock: FixedClock) -> None:
    receipt = await post.send(b"{")
    await post.work()
    await one(post, receipt)
    clock.advance(2 * MINUTE)
    assert await post.sweep() == 0
    (job,) = await post.store.queue.claim({"process_delivery": None}, worker=WORKER, count=9)
    await post.store.queue.settle([Done(job)], worker=WORKER)
    assert await post.sweep() == 1
    await post.work()
    assert await post.state(receipt) is DeliveryState.UNUSABLE


async def test_another_tenants_delivery_is_not_found(post: Post) -> None:
    foreign = await post.send(b"{", key=OTHER_KEY)
    await post.work()
    with pytest.raises(NotFound):
        await one(post, foreign)
    assert await many(post) == 0


async def test_a_range_is_counted_first_and_then_replayed(post: Post, clock: FixedClock) -> None:
    receipts = []
    for number in range(5):
        receipts.append(await post.send(b"{" * (number + 1)))
        clock.advance(MINUTE)
    await post.bring(Told())
    await post.work()
    wanted = DeliveryFilter(since=NOON + MINUTE, until=NOON + 4 * MINUTE)
    assert await many(post, wanted, dry_run=True) == 3
    assert await many(post, wanted, dry_run=True, limit=2) == 2
    assert await post.work() == 0
    assert await many(post, wanted) == 3
    waiting = [await post.state(one) is DeliveryState.RECEIVED for one in receipts]
    assert waiting == [False, True, True, True, False]
    assert await post.work() == 3


async def test_a_range_takes_the_first_of_them_and_only_of_the_states_that_are_meant(post: Post) -> None:
    unusable = [await post.send(b"{" * (number + 1)) for number in range(3)]
    ignored = await post.bring(Told(type="unknown"))
    done = await post.bring(Told())
    await post.work()
    assert await many(post, DeliveryFilter(states=frozenset({DeliveryState.IGNORED}))) == 1
    assert await post.state(ignored) is DeliveryState.RECEIVED
    assert await many(post, limit=2) == 2
    assert [await post.state(one) is DeliveryState.RECEIVED for one in unusable] == [True, True, False]
    assert await post.state(done) is DeliveryState.DONE


async def test_done_ones_are_among_a_range_only_by_name_and_force(post: Post) -> None:
    await post.bring(Told())
    await post.work()
    wanted = DeliveryFilter(states=frozenset({DeliveryState.DONE}))
    with pytest.raises(InvalidValue):
        await many(post, wanted)
    assert await many(post, force=True) == 0
    assert await many(post, wanted, force=True) == 1


async def test_more_than_a_batch_is_replayed(post: Post) -> None:
    for number in range(120):
        await post.send(b"{%d" % number)
    await post.work()
    assert await many(post) == 120
    assert await post.work() == 120


@pytest.mark.parametrize("limit", [0, MAX_REPLAY + 1])
async def test_a_limit_out_of_bounds_is_refused(post: Post, limit: int) -> None:
    with pytest.raises(InvalidValue):
        await many(post, limit=limit)


async def test_what_waits_is_no_state_to_replay(post: Post) -> None:
    with pytest.raises(InvalidValue):
        await many(post, DeliveryFilter(states=frozenset({DeliveryState.RECEIVED})), force=True)


@pytest.mark.parametrize("dry_run", [True, False])
async def test_everything_is_replayed_only_when_it_is_said(post: Post, dry_run: bool) -> None:
    receipt = await post.send(b"{")
    await post.work()
    with pytest.raises(InvalidValue, match="say which") as caught:
        await many(post, DeliveryFilter(), force=True, dry_run=dry_run)
    assert caught.value.details["field"] == "all"
    assert await post.state(receipt) is DeliveryState.UNUSABLE
    assert await many(post) == 1
