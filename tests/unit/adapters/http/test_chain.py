"""The chain as a whole, against a loopback server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import attrs
import pytest

from tresen.adapters.http.chain import CallChains, Pacing
from tresen.adapters.http.failures import CallsSuspended, ConnectFailed
from tresen.adapters.http.messages import HttpRequest
from tresen.adapters.memory.clock import FixedClock, FixedDice
from tresen.domain.resilience.circuit_breaker import BreakerPolicy
from tresen.domain.resilience.retry import RetryPolicy

EASY = Pacing(per_second=1.0, burst=100)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Where every request gets a 200."""
    handlers: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        while await reader.readline():
            while await reader.readline() not in {b"\r\n", b""}:
                pass
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()
    await server.wait_closed()
    if handlers:
        await asyncio.wait(handlers)


def chains(clock: FixedClock) -> CallChains:
    return CallChains(
        clock,
        FixedDice(0.5),
        allow_private=True,
        retry=RetryPolicy(attempts=2),
        breaker=BreakerPolicy(failures=2, rest=timedelta(seconds=30)),
    )


async def test_breaker_and_budget_outlive_the_chain_and_belong_to_one_account(
    clock: FixedClock, read: HttpRequest, url: str
) -> None:
    shared = chains(clock)
    dead = attrs.evolve(read, url="http://127.0.0.1:1/")
    async with shared.open(provider="p", account="a", pacing=EASY) as chain:
        with pytest.raises(ConnectFailed):
            await chain.send(dead)
    alive = attrs.evolve(read, url=url)
    async with shared.open(provider="p", account="a", pacing=EASY) as chain:
        with pytest.raises(CallsSuspended):
            await chain.send(alive)
        clock.advance(timedelta(seconds=30))
        assert (await chain.send(alive)).status == 200
    async with shared.open(provider="p", account="b", pacing=EASY) as chain:
        assert (await chain.send(alive)).status == 200


async def test_every_try_takes_from_the_budget(clock: FixedClock, read: HttpRequest) -> None:
    async with chains(clock).open(provider="p", account="a", pacing=Pacing(per_second=0.1, burst=1)) as chain:
        with pytest.raises(ConnectFailed):
            await chain.send(attrs.evolve(read, url="http://127.0.0.1:1/"))
    # Half a second of backoff, and then the rest of the ten seconds that a call costs.
    assert clock.slept == [0.5, 9.5]


async def test_a_changed_pace_counts_at_once(clock: FixedClock, read: HttpRequest, url: str) -> None:
    shared = chains(clock)
    alive = attrs.evolve(read, url=url)
    for pacing in (Pacing(per_second=0.1, burst=1), Pacing(per_second=10, burst=5)):
        async with shared.open(provider="p", account="a", pacing=pacing) as chain:
            await chain.send(alive)
    assert clock.slept == []
