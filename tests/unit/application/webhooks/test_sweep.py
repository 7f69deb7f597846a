"""What was stored is processed even if its job was lost."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.post import OTHER_KEY, WORKER, Post

from tresen.adapters.memory.clock import FixedClock, FixedDice
from tresen.adapters.memory.inboxes import MemoryInboxReaders
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.adapters.memory.webhooks import Told
from tresen.application.ports.inboxes import WaitingDelivery
from tresen.application.transactions import Transactions
from tresen.application.webhooks.sweep import SweepDeliveries
from tresen.domain.shared.errors import StorageUnavailable
from tresen.domain.shared.page import Listing
from tresen.domain.webhooks.delivery import DeliveryState

MINUTE = timedelta(minutes=1)


async def lose_jobs(post: Post) -> None:
    """All that wait are gone."""
    for account in (post.account, post.other_account):
        async with post.store.units.open(account.tenant_id) as uow:
            for job in (await uow.jobs.page(Listing())).items:
                await uow.jobs.cancel(job.id)
            await uow.commit()


async def test_a_delivery_without_a_job_gets_one(post: Post, clock: FixedClock) -> None:
    own, foreign = await post.bring(Told()), await post.bring(Told(), key=OTHER_KEY)
    await lose_jobs(post)
    clock.advance(MINUTE + MINUTE)
    assert await post.sweep() == 2
    await post.work()
    assert await post.state(own) is DeliveryState.DONE
    assert (await post.delivery(foreign.delivery_id, post.other_account.tenant_id)).state is DeliveryState.DONE


async def test_the_new_job_has_the_deliverys_correlation_id(post: Post, clock: FixedClock) -> None:
    receipt = await post.bring(Told())
    await lose_jobs(post)
    clock.advance(MINUTE + MINUTE)
    await post.sweep()
    (job,) = await post.store.queue.claim({"process_delivery": None}, worker=WORKER, count=9)
    assert job.correlation_id == (await post.delivery(receipt.delivery_id)).correlation_id


async def test_one_that_has_a_job_gets_no_second(post: Post, clock: FixedClock) -> None:
    await post.bring(Told())
    clock.advance(MINUTE + MINUTE)
    assert await post.sweep() == 0
    assert await post.work() == 1


async def test_the_young_are_left_alone(post: Post, clock: FixedClock) -> None:
    await post.bring(Told())
    await lose_jobs(post)
    clock.advance(MINUTE)
    assert await post.sweep() == 0


async def test_what_is_over_stays_so(post: Post, clock: FixedClock) -> None:
    await post.bring(Told())
    await post.work()
    clock.advance(MINUTE + MINUTE)
    assert await post.sweep() == 0


async def test_the_loop_sweeps_at_once_and_every_minute_until_it_is_told_to_stop(post: Post, clock: FixedClock) -> None:
    receipt = await post.bring(Told())
    await lose_jobs(post)
    clock.advance(MINUTE + MINUTE)
    stop = asyncio.Event()
    loop = asyncio.create_task(post.sweep.loop(stop))
    for _ in range(50):
        await asyncio.sleep(0)
        await post.work()
    stop.set()
    await loop
    assert await post.state(receipt) is DeliveryState.DONE
    assert clock.slept
    assert set(clock.slept) == {60.0}


class Failing(MemoryInboxReaders):
    """Fails the first time."""

    async def waiting(self, *, before: datetime, limit: int) -> Sequence[WaitingDelivery]:
        self.waiting = super().waiting  # type: ignore[method-assign]  # from now on
        raise StorageUnavailable("down")


async def test_the_loop_outlives_a_store_that_fails(clock: FixedClock) -> None:
    memory = MemoryStore(clock)
    sweep = SweepDeliveries(Failing(memory), Transactions(MemoryUnitsOfWork(memory), clock, FixedDice()), clock)
    stop = asyncio.Event()
    loop = asyncio.create_task(sweep.loop(stop))
    for _ in range(50):
        await asyncio.sleep(0)
    stop.set()
    await loop
    assert len(clock.slept) > 1
