"""PostgreSQL, by asyncpg under SQLAlchemy."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from ...application.ports.clock import Clock, IdSource
from ...domain.shared.errors import NotConfigured, StorageConflict, StorageUnavailable
from .connection import Connection, Database, Look
from .postgres_connection import DriverConnection, PostgresConnection, PostgresTransaction
from .postgres_errors import translated
from .postgres_growth import Growth

T = TypeVar("T")
_log = logging.getLogger(__name__)

_POOL, _OVERFLOW, _POOL_WAIT_S, _CONNECT_WAIT_S = 5, 15, 10, 10
# As many accounts as jobs sync at once, over all processes: members and leads of four tenants each, four accounts of
# each. They wait only for syncs and writes that somebody asked for besides. With the pool, and one to listen on, a
# process has 53 connections at most; three that share those jobs have 3 * 21 + 32, which is less than PostgreSQL's 100
# by default.
_LOCKS = 32
# Any number will do, as long as every version of Tresen takes the same.
_MIGRATION_LOCK = 7_305_437_174_021_988_461
_PARAMETERS = {"host", "port", "sslmode"}


class PostgresDatabase(Database):
    """A pool of connections to one database.

    Of the address's parameters ``host``, ``port`` and ``sslmode`` are understood; NotConfigured for others.
    """

    def __init__(self, address: URL, *, clock: Clock, ids: IdSource) -> None:
        unknown = set(address.query) - _PARAMETERS
        if unknown:
            raise NotConfigured(f"the database's address may have {sorted(_PARAMETERS)}, not {sorted(unknown)}")
        self.clock, self.ids = clock, ids
        self._name = address.difference_update_query(list(address.query)).render_as_string(hide_password=True)
        self._url = _for_driver(address)
        self._pool = self._engine(pool_size=_POOL, max_overflow=_OVERFLOW, pool_timeout=_POOL_WAIT_S)
        # Locks live as long as their connection, so each has its own.
        self._single = self._engine(poolclass=NullPool)
        self._lock_places = asyncio.Semaphore(_LOCKS)
        self._growth = Growth()
        self._before_close: list[Callable[[], Awaitable[None]]] = []

    @property
    def name(self) -> str:
        """The address without password and parameters."""
        return self._name

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """On a connection of its own."""
        return self._reading()

    def writing(self) -> AbstractAsyncContextManager[PostgresTransaction]:
        """On a connection of its own."""
        return self._writing()

    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """An advisory lock of a session of its own. Waits where this process holds many already; in the end it raises
        StorageConflict.
        """
        return self._hold(key)

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Nothing here holds up the loop."""
        async with self._connected(self._pool) as connection:
            with translated(self._name):
                return await connection.run_sync(work)

    async def migrate(self, work: Callable[[sa.Connection], T]) -> T:
        """Whoever comes second waits."""

        def alone(connection: sa.Connection) -> T:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            return work(connection)

        with translated(self._name):
            async with self._single.execution_options(isolation_level="READ COMMITTED").begin() as connection:
                return await connection.run_sync(alone)

    async def backup(self, target: Path) -> Path:
        """PostgreSQL has its own tool."""
        raise NotConfigured(
            f"PostgreSQL is copied by its own tool: pg_dump --format=custom --file={target} <address>; "
            "pg_restore brings it back"
        )

    async def looks(self) -> Sequence[Look]:
        """Whether it may be written."""
        question = sa.text("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")
        if await self.run(lambda connection: connection.execute(question).scalar()):
            return (Look("writable", "the database is read-only (perhaps a standby): connect to the primary"),)
        return (Look("writable"),)

    def before_close(self, work: Callable[[], Awaitable[None]]) -> None:
        """Have this done when the database is closed."""
        self._before_close.append(work)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[DriverConnection]:
        """A connection of the driver's, outside the pool, for as long as one is inside."""
        async with self._connected(self._single) as connection:
            yield await _driver_of(connection)

    async def close(self) -> None:
        """Close the connections."""
        for work in self._before_close:
            await work()
        await self._pool.dispose()
        await self._single.dispose()

    def _engine(self, **options: object) -> AsyncEngine:
        settings = {"application_name": "tresen", "timezone": "UTC"}
        connect = {"timeout": _CONNECT_WAIT_S, "server_settings": settings}
        return create_async_engine(self._url, isolation_level="AUTOCOMMIT", connect_args=connect, **options)

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        with translated(self._name):
            connection = await engine.connect()
            if (await _driver_of(connection)).is_closed():
                # It died in the pool, as when the server was started anew; the others there did, too.
                await connection.invalidate()
                await connection.get_raw_connection()
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Connection]:
        async with self._connected(self._pool) as connection:
            yield PostgresConnection(connection, self._name)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[PostgresTransaction]:
        async with self._connected(self._pool) as connection:
            transaction = PostgresTransaction(connection, await _driver_of(connection), self._name, self._growth)
            try:
                await transaction.begin()
                yield transaction
            finally:
                await transaction.close()

    @asynccontextmanager
    async def _hold(self, key: str) -> AsyncIterator[bool]:
        number = sa.func.hashtextextended(key, 0)
        async with self._lock_place(), self._connected(self._single) as connection:
            with translated(self._name):
                held = bool((await connection.execute(sa.select(sa.func.pg_try_advisory_lock(number)))).scalar())
            try:
                yield held
            finally:
                if held and not connection.invalidated:
                    await self._free(connection, number)

    @asynccontextmanager
    async def _lock_place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_POOL_WAIT_S):
                await self._lock_places.acquire()
        except TimeoutError:
            much = f"this process holds {_LOCKS} locks already, for syncs and writes at providers"
            raise StorageConflict(f"{self._name} is busy: {much}; try again later") from None
        try:
            yield
        finally:
            self._lock_places.release()

    async def _free(self, connection: AsyncConnection, number: sa.Function[int]) -> None:
        """A session that is gone holds nothing any more."""
        try:
            with translated(self._name):
                await connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
        except StorageUnavailable as error:
            _log.warning("a lock was lost with its session", extra={"why": error.message})


async def _driver_of(connection: AsyncConnection) -> DriverConnection:
    return cast(DriverConnection, (await connection.get_raw_connection()).driver_connection)


def _for_driver(address: URL) -> URL:
    query: Mapping[str, Any] = {("ssl" if key == "sslmode" else key): value for key, value in address.query.items()}
    return address.set(drivername="postgresql+asyncpg", query=query)
