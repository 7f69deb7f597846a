"""Queues to try things on, each with its units of work and a way to let time pass."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import asyncpg
from tests.clocks import PatientClock

from tresen.adapters.jobs.choice import JobChannel
from tresen.adapters.jobs.postgres_names import QUEUE_TABLE
from tresen.adapters.memory.directory import MemoryDirectory
from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import UuidSource
from tresen.application.ports.directory import Directory
from tresen.application.ports.jobs import JobQueue
from tresen.application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from tresen.domain.shared.ids import TenantId

from .stores import empty

T = TypeVar("T")


class Bench(Protocol):
    """A queue and what belongs to it."""

    queue: JobQueue
    units: UnitsOfWork
    directory: Directory

    @abstractmethod
    def now(self) -> datetime:
        """The instant that ``run_at`` is compared with."""

    @abstractmethod
    async def pass_time(self, seconds: float) -> None:
        """Let it be so much later for the queue."""


async def write(bench: Bench, tenant: TenantId, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Do it in one transaction and commit."""
    async with bench.units.open(tenant) as uow:
        result = await work(uow)
        await uow.commit()
    return result


class ClockedBench(Bench):
    """Time is a clock's that we move."""

    def __init__(self, queue: JobQueue, units: UnitsOfWork, directory: Directory, clock: PatientClock) -> None:
        self.queue, self.units, self.directory = queue, units, directory
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    async def pass_time(self, seconds: float) -> None:
        self._clock.advance(timedelta(seconds=seconds))


class PostgresBench(ClockedBench):
    """The server's clock cannot be moved: what it is compared with is, the other way, beside the clock of the port."""

    def __init__(
        self, url: str, queue: JobQueue, units: UnitsOfWork, directory: Directory, clock: PatientClock
    ) -> None:
        super().__init__(queue, units, directory, clock)
        self._url = url

    async def pass_time(self, seconds: float) -> None:
        await super().pass_time(seconds)
        moved = "execute_after = execute_after - $1::interval, heartbeat = heartbeat - $1::interval"
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(f"UPDATE {QUEUE_TABLE} SET {moved}", timedelta(seconds=seconds))  # noqa: S608
        finally:
            await connection.close()


@asynccontextmanager
async def bench_in_memory() -> AsyncIterator[Bench]:
    """The fakes."""
    clock = PatientClock()
    store = MemoryStore(clock)
    yield ClockedBench(MemoryJobQueue(store), MemoryUnitsOfWork(store), MemoryDirectory(store), clock)


@asynccontextmanager
async def bench_in_sqlite(file: Path) -> AsyncIterator[Bench]:
    """A new file."""
    clock = PatientClock()
    database = open_database(f"sqlite:///{file}", clock=clock, ids=UuidSource())
    try:
        await schema.upgrade(database)
        channel = JobChannel(database)
        units = SqlUnitsOfWork(database, jobs=channel.jobs)
        yield ClockedBench(channel.queue(), units, SqlDirectory(database), clock)
    finally:
        await database.close()


@asynccontextmanager
async def bench_in_postgres(url: str) -> AsyncIterator[Bench]:
    """A database that has our schema; it is emptied first."""
    await empty(url)
    clock = PatientClock()
    database = open_database(url, clock=clock, ids=UuidSource())
    try:
        channel = JobChannel(database)
        units = SqlUnitsOfWork(database, jobs=channel.jobs)
        yield PostgresBench(url, channel.queue(), units, SqlDirectory(database), clock)
    finally:
        await database.close()
