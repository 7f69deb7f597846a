"""SQLite: one file, one writer at a time, many readers.

Calls are synchronous inside. Short ones run on the event loop (some 30 µs each, less than a thread costs), bulk and
scans on a thread. The loop never waits for a lock: writers of this process queue on an asyncio lock; when another
process holds the file we try again after a pause.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ...application.ports.clock import Clock, IdSource
from ...domain.shared.errors import StorageConflict
from .connection import Database, Look
from .sqlite_care import copy_database, look_at, make_private
from .sqlite_connection import SqliteConnection, SqliteTransaction
from .sqlite_locks import hold_file
from .sqlite_patience import Patience

T = TypeVar("T")

# Whoever waits longer for this process's other writers waits for one that will not end.
_QUEUE_LIMIT_S = 30.0

# Pages of 8 KB make a bulk load a tenth faster than 4 KB. It rewrites the same pages again and again: the log may
# grow to 32 MB before they are copied home.
_PRAGMAS = (
    "PRAGMA busy_timeout = 0",
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -8192",
    "PRAGMA wal_autocheckpoint = 4096",
    "PRAGMA temp_store = MEMORY",
)


class SqliteDatabase(Database):
    """A file, or (``path`` None) a private one in the temporary folder that ``close`` deletes."""

    def __init__(self, path: Path | None, *, clock: Clock, ids: IdSource) -> None:
        self.clock, self.ids = clock, ids
        self._private = Path(tempfile.mkdtemp(prefix="tresen-")) if path is None else None
        self.path = self._private / "tresen.db" if self._private is not None else cast(Path, path)
        self._engine = sa.create_engine(
            "sqlite://", creator=self.connect, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._patience = Patience(str(self.path), clock)
        self._open: dict[str, sa.Connection] = {}
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="tresen-sqlite")
        # Of its own, so that no commit waits for a scan.
        self._commits = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tresen-commit")
        self._writers, self._scans = asyncio.Lock(), asyncio.Lock()

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    @property
    def is_private(self) -> bool:
        """Whether it goes when it is closed."""
        return self._private is not None

    def reading(self) -> AbstractAsyncContextManager[SqliteConnection]:
        """All share one connection, as none of them waits in the middle; scans take turns on another one."""
        return self._reading()

    def writing(self) -> AbstractAsyncContextManager[SqliteTransaction]:
        """In turn."""
        return self._writing()

    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """A locked file beside the database's."""
        return hold_file(self.path, key)

    def connect(self) -> sqlite3.Connection:
        """A driver's connection with our settings. Raises sqlite3.Error."""
        make_private(self.path)
        driver = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            for pragma in _PRAGMAS:
                driver.execute(pragma)
        except BaseException:
            driver.close()
            raise
        return driver

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """On a thread."""
        return await self._patience(lambda: self._work(work), threads=self._threads)

    async def migrate(self, work: Callable[[sa.Connection], T]) -> T:
        """On a thread, between BEGIN IMMEDIATE and COMMIT."""
        return await self._patience(
            lambda: self._work(lambda connection: _at_once(connection, work)), threads=self._threads
        )

    async def backup(self, target: Path) -> Path:
        """By SQLite's own copying, which writers do not disturb; the copy is checked."""
        name = f"{self.path.stem}-{self.clock.now():%Y%m%dT%H%M%S}.db"
        return await self._patience(lambda: copy_database(self.connect, target, name), threads=self._threads)

    async def looks(self) -> Sequence[Look]:
        """Integrity, references, the right and the room to write."""
        return await self.run(lambda connection: look_at(connection, self.path))

    async def close(self) -> None:
        """Close the file; the log goes home into it."""
        self._threads.shutdown()
        self._commits.shutdown()
        while self._open:
            self._open.popitem()[1].close()
        self._engine.dispose()
        if self._private is not None:
            shutil.rmtree(self._private, ignore_errors=True)

    def _work(self, work: Callable[[sa.Connection], T]) -> T:
        with self._engine.connect() as connection:
            return work(connection)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[SqliteConnection]:
        yield SqliteConnection(await self._connection("reads"), self._patience, self._threads, self._scanning)

    @asynccontextmanager
    async def _scanning(self) -> AsyncIterator[sa.Connection]:
        async with self._scans:
            yield await self._connection("scans")

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[SqliteTransaction]:
        await self._queue()
        try:
            connection = await self._connection("writes")
            transaction = SqliteTransaction(connection, self._patience, self._threads, self._commits)
            try:
                await transaction.begin()
                yield transaction
            finally:
                transaction.close()
        finally:
            self._writers.release()

    async def _queue(self) -> None:
        try:
            async with asyncio.timeout(_QUEUE_LIMIT_S):
                await self._writers.acquire()
        except TimeoutError:
            raise StorageConflict(f"{self.name} is busy: other writers of this process do not finish") from None

    async def _connection(self, use: str) -> sa.Connection:
        if use not in self._open:
            self._open[use] = await self._patience(self._engine.connect)
        return self._open[use]


def _at_once(connection: sa.Connection, work: Callable[[sa.Connection], T]) -> T:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    return result
