"""What run locks promise (ports/locks.py)."""

import asyncio

import pytest

from .kinds import ODD
from .stores import Backend


async def test_the_first_holder_gets_it_the_second_does_not(backend: Backend) -> None:
    async with backend.locks.hold("a") as first, backend.locks.hold("a") as second:
        assert (first, second) == (True, False)


async def test_a_lock_is_free_afterwards(backend: Backend) -> None:
    for _ in range(3):
        async with backend.locks.hold("a") as held:
            assert held


async def test_who_did_not_get_it_frees_nothing(backend: Backend) -> None:
    async with backend.locks.hold("a"):
        async with backend.locks.hold("a"):
            pass
        async with backend.locks.hold("a") as again:
            assert not again


async def test_an_error_frees_it(backend: Backend) -> None:
    async def fail() -> None:
        async with backend.locks.hold("a"):
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with backend.locks.hold("a") as held:
        assert held


async def test_a_cancelled_holder_frees_it(backend: Backend) -> None:
    entered = asyncio.Event()

    async def dawdle() -> None:
        async with backend.locks.hold("a"):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(dawdle())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with backend.locks.hold("a") as held:
        assert held


async def test_keys_are_independent(backend: Backend) -> None:
    keys = ["a", "A", "a ", "", ODD, "a" * 500, "../a", "a:b"]
    async with asyncio.TaskGroup() as group:
        gate = asyncio.Barrier(len(keys))

        async def hold(key: str) -> None:
            async with backend.locks.hold(key) as held:
                assert held
                await gate.wait()

        for key in keys:
            group.create_task(hold(key))


async def test_of_many_at_once_one_gets_it(backend: Backend) -> None:
    gate = asyncio.Barrier(8)

    async def fight() -> bool:
        async with backend.locks.hold("a") as held:
            await gate.wait()
            return held

    assert sorted(await asyncio.gather(*(fight() for _ in range(8)))) == [False] * 7 + [True]


async def test_nobody_waits_for_it(backend: Backend) -> None:
    async with backend.locks.hold("a"), asyncio.timeout(5), backend.locks.hold("a") as held:
        assert not held
