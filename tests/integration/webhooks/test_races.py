"""Deliveries of one subject that are processed at the same time."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from tests.post import WORKER, Post, build_post, in_database

from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.memory.webhooks import Told
from tresen.application.jobs.worker import Worker
from tresen.application.ports.inboxes import DeliveryFilter
from tresen.application.ports.jobs import JobQueue, QueueFigure
from tresen.application.webhooks.replay import ReplayMany
from tresen.domain.jobs.job import Job
from tresen.domain.jobs.outcome import Outcome
from tresen.domain.shared.ids import JobId
from tresen.domain.webhooks.delivery import DeliveryState

NUMBERS = (3, 1, 6, 2, 8, 5, 7, 4)


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[Post]:
    async with in_database(f"sqlite:///{tmp_path / 'tresen.db'}", FixedClock(), SequenceIds()) as store:
        yield await build_post(store)


@pytest.fixture
async def on_postgres(postgres_url: str) -> AsyncIterator[Post]:
    async with in_database(postgres_url, FixedClock(), SequenceIds()) as store:
        yield await build_post(store)


async def at_once(post: Post) -> None:
    """Every job that waits, all at the same time; those that failed once more, one by one."""
    jobs = await post.store.queue.claim({"process_delivery": None}, worker=WORKER, count=100)
    await asyncio.gather(*(post.process(job) for job in jobs), return_exceptions=True)
    for job in jobs:
        await post.process(job)


async def the_last_one_wins(post: Post) -> None:
    receipts = [await post.bring(Told(number=number)) for number in NUMBERS]
    await at_once(post)
    states = [await post.state(receipt) for receipt in receipts]
    assert set(states) <= {DeliveryState.DONE, DeliveryState.OUT_OF_DATE}
    assert states[NUMBERS.index(8)] is DeliveryState.DONE
    numbers = dict(zip([str(receipt.delivery_id) for receipt in receipts], NUMBERS, strict=True))
    order = [numbers[str(event.data["delivery"])] for event in await post.effects()]
    assert all(former < later for former, later in pairwise(order))
    assert order[-1] == 8


async def one_of_them_counts(post: Post) -> None:
    receipts = [await post.bring(Told(key="same", values={"n": str(n)})) for n in range(8)]
    await at_once(post)
    states = [await post.state(receipt) for receipt in receipts]
    assert (states.count(DeliveryState.DONE), states.count(DeliveryState.DUPLICATE)) == (1, 7)
    assert len(await post.effects()) == 1


async def test_the_last_one_wins(on_sqlite: Post) -> None:
    await the_last_one_wins(on_sqlite)


async def test_the_last_one_wins_on_postgresql(on_postgres: Post) -> None:
    await the_last_one_wins(on_postgres)


async def test_of_those_that_tell_the_same_one_counts(on_sqlite: Post) -> None:
    await one_of_them_counts(on_sqlite)


async def test_of_those_that_tell_the_same_one_counts_on_postgresql(on_postgres: Post) -> None:
    await one_of_them_counts(on_postgres)


class ReplayedBeforeBooked(JobQueue):
    """A queue at which somebody replays everything, twice in all, between a run's end and its booking."""

    def __init__(self, post: Post) -> None:
        self._post, self._queue = post, post.store.queue
        self.lease_s = self._queue.lease_s
        self.counts: list[int] = []

    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        return await self._queue.claim(limits, worker=worker, count=count)

    async def settle(self, outcomes: Sequence[Outcome], *, worker: UUID) -> None:
        if len(self.counts) < 2:
            wish = ReplayMany(tenant_id=self._post.tenant, wanted=DeliveryFilter(), everything=True, by="Ada")
            self.counts.append(await self._post.replay.many(wish))
        await self._queue.settle(outcomes, worker=worker)

    async def renew(self, jobs: Collection[JobId], *, worker: UUID) -> Collection[JobId]:
        return await self._queue.renew(jobs, worker=worker)

    async def wait(self, seconds: float) -> None:
        await self._queue.wait(seconds)

    async def figures(self) -> Sequence[QueueFigure]:
        return await self._queue.figures()


async def nothing_is_stuck(post: Post) -> None:
    receipt = await post.send(b"{")
    queue = ReplayedBeforeBooked(post)
    clock, ids = post.store.clock, post.store.ids
    worker = Worker(queue, [post.process.kind()], clock, FixedDice(), ids)
    assert await worker.run_pending() == 3
    assert queue.counts == [1, 1]
    assert await post.state(receipt) is DeliveryState.UNUSABLE


async def test_a_replay_before_the_former_job_is_booked_gets_a_job_at_once(on_sqlite: Post) -> None:
    await nothing_is_stuck(on_sqlite)


async def test_a_replay_before_the_former_job_is_booked_gets_a_job_at_once_on_postgresql(on_postgres: Post) -> None:
    await nothing_is_stuck(on_postgres)
