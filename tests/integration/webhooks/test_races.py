"""Deliveries of one subject that are processed at the same time."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.post import WORKER, Post, build_post, in_database

from tresen.adapters.memory.clock import FixedClock, SequenceIds
from tresen.adapters.memory.webhooks import Told
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
