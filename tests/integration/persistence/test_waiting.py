"""Nobody waits for SQLite's lock on the event loop."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.builders import a_member, a_tenant

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.persistence import sqlite as sqlite_module
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.readers import SqlReaders
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.domain.shared.errors import StorageConflict
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.page import Listing


@pytest.fixture
async def studio(sqlite: SqliteDatabase) -> TenantId:
    tenant = a_tenant()
    await SqlDirectory(sqlite).add_tenant(tenant)
    return tenant.id


@pytest.fixture
def outsider(sqlite: SqliteDatabase) -> Iterator[sqlite3.Connection]:
    """Another process's connection, which holds the file."""
    with closing(sqlite3.connect(sqlite.path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


async def test_a_writer_tries_again_until_the_other_process_is_done(
    sqlite: SqliteDatabase,
    studio: TenantId,
    outsider: sqlite3.Connection,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sleep = clock.sleep

    async def sleep_until_released(seconds: float) -> None:
        await sleep(seconds)
        if len(clock.slept) == 3:
            outsider.execute("COMMIT")

    monkeypatch.setattr(clock, "sleep", sleep_until_released)
    async with SqlUnitsOfWork(sqlite).open(studio) as uow:
        await uow.members.add(a_member(studio))
        await uow.commit()
    assert clock.slept == [0.002, 0.004, 0.008]


async def test_a_file_that_stays_busy_is_a_conflict_after_five_seconds(
    sqlite: SqliteDatabase, studio: TenantId, outsider: sqlite3.Connection, clock: FixedClock
) -> None:
    with pytest.raises(StorageConflict, match="another process"):
        async with SqlUnitsOfWork(sqlite).open(studio):
            raise AssertionError
    assert 5 <= sum(clock.slept) < 5.2
    assert max(clock.slept) == 0.1


async def test_readers_wait_for_nobody(
    sqlite: SqliteDatabase, studio: TenantId, outsider: sqlite3.Connection, clock: FixedClock
) -> None:
    async with SqlUnitsOfWork(sqlite).open(studio, read_only=True) as uow:
        assert uow.tenant.slug == "studio"
    assert clock.slept == []


async def test_writers_of_this_process_take_turns(sqlite: SqliteDatabase, studio: TenantId, clock: FixedClock) -> None:
    units, member = SqlUnitsOfWork(sqlite), a_member(studio)
    async with units.open(studio) as uow:
        await uow.members.add(member)
        await uow.commit()

    async def add_letter(letter: str) -> None:
        async with units.open(studio) as uow:
            found = await uow.members.get(member.id)
            await asyncio.sleep(0)
            found.first_name += letter
            await uow.members.save(found)
            await uow.commit()

    await asyncio.gather(*(add_letter(letter) for letter in "abcdefgh"))
    async with units.open(studio, read_only=True) as uow:
        assert (await uow.members.get(member.id)).first_name == "Adaabcdefgh"
    assert clock.slept == []


async def test_a_unit_inside_a_unit_ends_in_a_conflict_not_in_a_standstill(
    sqlite: SqliteDatabase, studio: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_module, "_QUEUE_LIMIT_S", 0.01)
    units = SqlUnitsOfWork(sqlite)
    async with units.open(studio):
        with pytest.raises(StorageConflict, match="do not finish"):
            async with units.open(studio):
                raise AssertionError


async def test_other_tasks_run_during_bulk(sqlite: SqliteDatabase, studio: TenantId) -> None:
    turns = 0
    done = asyncio.Event()

    async def others() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    async with SqlUnitsOfWork(sqlite).open(studio) as uow:
        await asyncio.sleep(0)
        before = turns
        await uow.members.add_many([a_member(studio) for _ in range(1_000)])
        during = turns - before
    done.set()
    await other
    assert during >= 4


async def test_a_cancelled_bulk_writes_nothing_and_leaves_the_database_usable(
    sqlite: SqliteDatabase, studio: TenantId
) -> None:
    units, started = SqlUnitsOfWork(sqlite), asyncio.Event()

    async def load() -> None:
        async with units.open(studio) as uow:
            started.set()
            await uow.members.add_many([a_member(studio) for _ in range(1_000)])
            await uow.commit()

    loading = asyncio.create_task(load())
    await started.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    async with units.open(studio) as uow:
        await uow.members.add(a_member(studio))
        await uow.commit()
    assert (await SqlReaders(sqlite).members(studio, Listing())).count == 1
