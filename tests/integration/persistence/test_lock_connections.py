"""A lock of PostgreSQL is a connection of its own; a process takes only so many."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.persistence import postgres as postgres_module
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.database import open_database
from tresen.adapters.system import UuidSource
from tresen.domain.shared.errors import StorageConflict, StorageUnavailable

FEW = 3


@pytest.fixture
async def narrow(postgres_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """With room for few locks."""
    monkeypatch.setattr(postgres_module, "_LOCKS", FEW)
    database = open_database(postgres_url, clock=clock, ids=UuidSource())
    yield database
    await database.close()


async def test_more_locks_than_there_is_room_for_wait_until_others_are_free(narrow: Database) -> None:
    """As many as there is room for are held until all of them are; the others come after them."""
    under_way, full = 0, asyncio.Event()

    async def one(key: str) -> bool:
        nonlocal under_way
        async with narrow.hold(key) as held:
            under_way += 1
            if under_way == FEW:
                full.set()
            await full.wait()
        return held

    held = await asyncio.gather(*(one(f"key {number}") for number in range(4 * FEW)))
    assert held == [True] * 4 * FEW


async def test_who_waits_too_long_is_told_why(narrow: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module, "_POOL_WAIT_S", 0.01)
    async with narrow.hold("a"), narrow.hold("b"), narrow.hold("c"):
        with pytest.raises(StorageConflict, match="this process holds 3 locks already"):
            async with narrow.hold("d"):
                raise AssertionError
    async with narrow.hold("d") as held:
        assert held


async def test_what_could_not_be_connected_takes_no_room(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module, "_LOCKS", 1)
    database = open_database("postgresql://nobody@127.0.0.1:1/none", clock=clock, ids=UuidSource())
    for _ in range(2):
        with pytest.raises(StorageUnavailable, match="nobody") as refused:
            async with database.hold("a"):
                raise AssertionError
        assert not isinstance(refused.value, StorageConflict)
    await database.close()
