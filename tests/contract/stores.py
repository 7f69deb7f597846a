"""The stores that the contract suites hold to the same promises."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg
import attrs
from sqlalchemy import delete, update
from tests.integration.persistence.revision import tables_of

from tresen.adapters.jobs.postgres_names import LOG_TABLE, QUEUE_TABLE
from tresen.adapters.memory.audit import MemoryAuditLog
from tresen.adapters.memory.directory import MemoryDirectory
from tresen.adapters.memory.events import MemoryEventLog
from tresen.adapters.memory.inboxes import MemoryInboxReaders
from tresen.adapters.memory.locks import MemoryRunLocks
from tresen.adapters.memory.outgoing import MemoryOutgoingReaders
from tresen.adapters.memory.readers import MemoryReaders
from tresen.adapters.memory.schedules import MemoryAgenda
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.agenda import SqlAgenda
from tresen.adapters.persistence.audit import SqlAuditLog
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.inbox_readers import SqlInboxReaders
from tresen.adapters.persistence.locks import SqlRunLocks
from tresen.adapters.persistence.outgoing_readers import SqlOutgoingReaders
from tresen.adapters.persistence.readers import SqlReaders
from tresen.adapters.persistence.repositories.events import SqlEventLog
from tresen.adapters.persistence.tables import MEMBER
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, UuidSource
from tresen.application.ports.directory import Directory
from tresen.application.ports.events import EventLog
from tresen.application.ports.fanout import Fanout
from tresen.application.ports.inboxes import InboxReaders
from tresen.application.ports.locks import RunLocks
from tresen.application.ports.outgoing import OutgoingReaders
from tresen.application.ports.readers import AuditLog, Readers
from tresen.application.ports.schedules import Agenda
from tresen.application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from tresen.domain.shared.ids import MemberId, TenantId

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Backend:
    """One installation's store, through all ports that reach it; ``past`` reaches it past them: a member's row gets
    another version, or (None) goes.
    """

    units: UnitsOfWork
    directory: Directory
    readers: Readers
    audit: AuditLog
    locks: RunLocks
    agenda: Agenda
    inboxes: InboxReaders
    outgoing: OutgoingReaders
    log: EventLog
    following: Callable[[Fanout], UnitsOfWork]
    past: Callable[[TenantId, UUID, int | None], Awaitable[None]]

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
async def in_memory() -> AsyncIterator[Backend]:
    """The fakes."""
    store = MemoryStore()
    yield Backend(
        units=MemoryUnitsOfWork(store),
        directory=MemoryDirectory(store),
        readers=MemoryReaders(store),
        audit=MemoryAuditLog(store),
        locks=MemoryRunLocks(),
        agenda=MemoryAgenda(store),
        inboxes=MemoryInboxReaders(store),
        outgoing=MemoryOutgoingReaders(store),
        log=MemoryEventLog(store),
        following=lambda fanout: MemoryUnitsOfWork(store, fanout),
        past=partial(_past_memory, store),
    )


async def _past_memory(store: MemoryStore, tenant: TenantId, member_id: UUID, version: int | None) -> None:
    rows = store.room(tenant).members
    stored = rows.find(MemberId(member_id))
    assert stored is not None
    if version is None:
        rows.remove(stored.id)
    else:
        rows.put(stored.id, attrs.evolve(stored, version=version))


@asynccontextmanager
async def in_sqlite(file: Path) -> AsyncIterator[Backend]:
    """A new file."""
    database = open_database(f"sqlite:///{file}", clock=SystemClock(), ids=UuidSource())
    async with _opened(database) as backend:
        await schema.upgrade(database)
        yield backend


async def empty(url: str) -> None:
    """Delete all rows of a database that has our schema, which takes a hundredth of what a new one does."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")  # checks no foreign keys
        names = [*(table.name for table in tables_of("postgresql")), QUEUE_TABLE, LOG_TABLE]
        await connection.execute("; ".join(f"DELETE FROM {name}" for name in names))  # noqa: S608 - our names
    finally:
        await connection.close()


@asynccontextmanager
async def in_postgres(url: str) -> AsyncIterator[Backend]:
    """A database that has our schema; it is emptied first."""
    await empty(url)
    async with _opened(open_database(url, clock=SystemClock(), ids=UuidSource())) as backend:
        yield backend


@asynccontextmanager
async def _opened(database: Database) -> AsyncIterator[Backend]:
    try:
        yield Backend(
            units=SqlUnitsOfWork(database),
            directory=SqlDirectory(database),
            readers=SqlReaders(database),
            audit=SqlAuditLog(database),
            locks=SqlRunLocks(database),
            agenda=SqlAgenda(database),
            inboxes=SqlInboxReaders(database),
            outgoing=SqlOutgoingReaders(database),
            log=SqlEventLog(database),
            following=lambda fanout: SqlUnitsOfWork(database, fanout),
            past=partial(_past_sql, database),
        )
    finally:
        await database.close()


async def _past_sql(database: Database, tenant: TenantId, member_id: UUID, version: int | None) -> None:
    row = (MEMBER.c.tenant_id == tenant, MEMBER.c.id == member_id)
    change = delete(MEMBER) if version is None else update(MEMBER).values(version=version)
    await database.run(lambda connection: connection.execute(change.where(*row)))
