"""The stores that the contract suites hold to the same promises."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import attrs

from tresen.adapters.memory.audit import MemoryAuditLog
from tresen.adapters.memory.directory import MemoryDirectory
from tresen.adapters.memory.locks import MemoryRunLocks
from tresen.adapters.memory.readers import MemoryReaders
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.audit import SqlAuditLog
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.locks import SqlRunLocks
from tresen.adapters.persistence.readers import SqlReaders
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, UuidSource
from tresen.application.ports.directory import Directory
from tresen.application.ports.locks import RunLocks
from tresen.application.ports.readers import AuditLog, Readers
from tresen.application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from tresen.domain.shared.ids import TenantId

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Backend:
    """One installation's store, through all ports that reach it."""

    units: UnitsOfWork
    directory: Directory
    readers: Readers
    audit: AuditLog
    locks: RunLocks

    async def write(self, tenant: TenantId, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do it in one transaction and commit."""
        async with self.units.open(tenant) as uow:
            result = await work(uow)
            await uow.commit()
        return result

    async def read(self, tenant: TenantId, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do it in a transaction that only reads."""
        async with self.units.open(tenant, read_only=True) as uow:
            return await work(uow)


@asynccontextmanager
async def in_sqlite(folder: Path) -> AsyncIterator[Backend]:
    """A file of its own."""
    database = open_database(f"sqlite:///{folder / 'tresen.db'}", clock=SystemClock(), ids=UuidSource())
    try:
        await schema.upgrade(database)
        yield over(database)
    finally:
        await database.close()


def over(database: Database) -> Backend:
    """An installation over a database whose schema is current."""
    return Backend(
        units=SqlUnitsOfWork(database),
        directory=SqlDirectory(database),
        readers=SqlReaders(database),
        audit=SqlAuditLog(database),
        locks=SqlRunLocks(database),
    )


@asynccontextmanager
async def in_memory(_: Path) -> AsyncIterator[Backend]:
    """The fakes."""
    store = MemoryStore()
    yield Backend(
        units=MemoryUnitsOfWork(store),
        directory=MemoryDirectory(store),
        readers=MemoryReaders(store),
        audit=MemoryAuditLog(store),
        locks=MemoryRunLocks(),
    )


STORES: dict[str, Callable[[Path], AbstractAsyncContextManager[Backend]]] = {"memory": in_memory, "sqlite": in_sqlite}
