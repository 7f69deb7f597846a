"""5,000 deliveries, three in ten of them duplicates, shuffled: each business effect happens exactly once."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.post import Post, build_post, in_database, in_memory

from tresen.adapters.memory.clock import FixedClock, SequenceIds
from tresen.adapters.memory.webhooks import Told, encode
from tresen.application.ports.inboxes import DeliveryFilter, DeliveryListing
from tresen.domain.shared.page import Listing
from tresen.domain.webhooks.delivery import DeliveryState


@pytest.fixture(params=["memory", "sqlite"])
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    clock = FixedClock()
    if request.param == "memory":
        yield await build_post(in_memory(clock))
        return
    async with in_database(f"sqlite:///{tmp_path / 'tresen.db'}", clock, SequenceIds()) as store:
        yield await build_post(store)


def arrivals(dice: random.Random, facts: int, repeated: int) -> list[tuple[bytes, str | None]]:
    """Bodies and ids. A fact comes again as the same delivery, as the same content under another id or none, or in
    other words under another id."""
    first = [(Told(subject=f"s{n}", key=f"fact-{n}"), f"d{n}" if n % 2 else None) for n in range(facts)]
    again = []
    for n in range(repeated):
        told, id_ = dice.choice(first)
        how = dice.randrange(4)
        if how == 1:
            id_ = f"again-{n}"
        elif how == 2:
            id_ = None
        elif how == 3:
            told, id_ = Told(subject=told.subject, key=told.key, values={"n": str(n)}), f"other-{n}"
        again.append((told, id_))
    found = [(encode(told), id_) for told, id_ in (*first, *again)]
    dice.shuffle(found)
    return found


async def test_each_effect_happens_exactly_once(post: Post) -> None:
    await prove(post, facts=3_500, repeated=1_500)


async def test_each_effect_happens_exactly_once_on_postgresql(postgres_url: str) -> None:
    """Fewer, because each transaction costs some round trips."""
    async with in_database(postgres_url, FixedClock(), SequenceIds()) as store:
        await prove(await build_post(store), facts=700, repeated=300)


async def prove(post: Post, *, facts: int, repeated: int) -> None:
    """Bring them, working now and then, and count what took effect."""
    dice = random.Random(20261121)  # noqa: S311 - for tests
    pending = arrivals(dice, facts, repeated)
    assert len(pending) == facts + repeated
    while pending:
        answers = await asyncio.gather(*(post.send(body, id_=id_) for body, id_ in pending[:250]))
        assert {answer.status for answer in answers} == {202}
        del pending[:250]
        if dice.random() < 0.5:
            await post.work()
    await post.work()
    effects = Counter(event.subject_id for event in await post.effects())
    assert len(effects) == facts
    assert set(effects.values()) == {1}
    stored = 0
    for state in DeliveryState:
        wanted = DeliveryFilter(states=frozenset({state}))
        listing = DeliveryListing(window=Listing(limit=1), filter=wanted)
        count = (await post.store.inboxes.page(post.tenant, listing)).count
        assert state in {DeliveryState.DONE, DeliveryState.DUPLICATE} or count == 0
        assert state is not DeliveryState.DONE or count == facts
        stored += count
    assert facts < stored < facts + repeated
