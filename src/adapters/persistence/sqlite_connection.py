"""Reading and writing SQLite on one connection."""

import asyncio
import enum
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, nullcontext
from itertools import chain, islice
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import Column, Executable, Select, Table

from ...domain.shared.errors import StorageUnavailable
from .connection import Connection, Parameters, Transaction
from .mappers.values import Row
from .sqlite_patience import Patience
from .sqlite_rows import encoded, writing_of
from .statements import MANY
from .types import Stored

# Some 3 ms of work. Bulk is written in such pieces on the loop, which is free between them: handing it to a thread
# took a quarter longer, because the driver gives the interpreter's lock back and forth with every row.
_PIECE = 200
# Columns of a row that is inserted together with others: with ten, half the time; with twenty-five, none is saved.
_SHORT = 10

T = TypeVar("T")
Scans = AbstractAsyncContextManager[sa.Connection]


class SqliteConnection(Connection):
    """Reads, each on its own: short ones inline, long ones on ``threads`` with the connection for ``scans``."""

    def __init__(
        self, connection: sa.Connection, patience: Patience, threads: Executor, scans: Callable[[], Scans] | None = None
    ) -> None:
        self._connection = connection
        self._driver = cast(sqlite3.Connection, connection.connection.driver_connection)
        self._patience = patience
        self._threads = threads
        self._scans = scans or (lambda: nullcontext(connection))

    async def fetch(
        self, statement: Select[Any], parameters: Parameters | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        """Values as the tables' types say."""
        if not long:
            return await self._patience(lambda: _rows(self._connection.execute(statement, parameters)))
        async with self._scans() as connection:
            return await self._patience(lambda: _rows(connection.execute(statement, parameters)), threads=self._threads)

    async def fetch_raw(self, statement: Select[Any], parameters: Parameters | None = None) -> Sequence[Row]:
        """Values as they are stored."""
        async with self._scans() as connection:
            return await self._patience(
                lambda: _raw_rows(connection.execute(statement, parameters)), threads=self._threads
            )

    async def work(self, do: Callable[[sqlite3.Connection], T]) -> T:
        """The result of SQLite's own statements, inline: for what is asked so often that it must cost little."""
        return await self._patience(lambda: do(self._driver))

    def among(self, statement: Select[Any], column: Column[Any], values: Collection[object]) -> Select[Any]:
        """Texts in one JSON parameter; JSON cannot hold ids, so they get a parameter each."""
        if isinstance(column.type, Stored):
            return statement.where(column.in_(list(values)))
        each = sa.func.json_each(json.dumps(list(values))).table_valued("value")
        return statement.where(column.in_(sa.select(each.c.value)))


class SqliteTransaction(SqliteConnection, Transaction):
    """Everything between BEGIN IMMEDIATE, which comes with the first use, and COMMIT.

    Bulk is written in pieces, between which other tasks run.
    """

    def __init__(self, connection: sa.Connection, patience: Patience, threads: Executor, commits: Executor) -> None:
        super().__init__(connection, patience, threads)
        self._commits = commits
        self._state = _State.IDLE
        self._to_tell: list[Callable[[], None]] = []

    async def fetch(
        self, statement: Select[Any], parameters: Parameters | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        """Sees what this transaction wrote."""
        await self.begin()
        return await super().fetch(statement, parameters, long=long)

    async def fetch_raw(self, statement: Select[Any], parameters: Parameters | None = None) -> Sequence[Row]:
        """Sees what this transaction wrote. Inline, since whoever asks within a transaction asks for few."""
        await self.begin()
        return await self._patience.once(lambda: _raw_rows(self._connection.execute(statement, parameters)))

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Inline."""
        await self.begin()
        return await self._patience.once(lambda: self._connection.execute(statement, parameters).rowcount)

    async def insert(self, table: Table, rows: Iterable[Row], count: int) -> bool:
        """Executemany; short rows, whose statement costs more than their values, many to a statement."""
        writing = writing_of(table)
        many = writing.insert_many if len(writing.names) <= _SHORT else None
        return await self._write(writing.insert, table, rows, count, many=many)

    async def upsert(self, table: Table, rows: Iterable[Row], count: int) -> None:
        """Executemany; in place where that is possible."""
        writing = writing_of(table)
        await self._write(writing.upsert, table, rows, count, first=writing.in_place)

    async def update(self, table: Table, row: Row) -> bool:
        """One row."""
        writing = writing_of(table)
        sql = writing.update_version if writing.is_versioned else writing.update
        return await self._write(sql, table, (row,), 1)

    async def update_versions(self, table: Table, rows: Iterable[Row], count: int) -> bool:
        """Executemany; in place where that is possible."""
        writing = writing_of(table)
        return await self._write(writing.update_version, table, rows, count, first=writing.in_place)

    async def work(self, do: Callable[[sqlite3.Connection], T]) -> T:
        """Within the transaction; an error leaves what was done before it."""
        await self.begin()
        return await self._patience.once(lambda: do(self._driver))

    def after_commit(self, tell: Callable[[], None]) -> None:
        """Tell once, when what was written so far is committed."""
        self._to_tell.append(tell)

    async def begin(self) -> None:
        """Begin unless that was done. Raises StorageUnavailable when SQLite gave up the transaction (full disk)."""
        if self._state is _State.CLOSED:
            raise RuntimeError("this unit of work was left already")
        if self._state is _State.IDLE:
            await self._patience(lambda: self._driver.execute("BEGIN IMMEDIATE"))
            self._state = _State.BEGUN
        elif not self._driver.in_transaction:
            raise StorageUnavailable("the database undid this transaction after an error")

    async def commit(self) -> None:
        """COMMIT: the log is on the disk when this returns. On a thread: that takes a millisecond and more, in which
        the loop can do a lot, such as read the requests that are to share the next transaction."""
        await self.begin()
        await self._patience(lambda: self._driver.execute("COMMIT"), threads=self._commits)
        self._state = _State.IDLE
        told, self._to_tell = self._to_tell, []
        for tell in told:
            tell()

    def close(self) -> None:
        """Undo what is not committed; nothing can be done with it afterwards."""
        self._state = _State.CLOSED
        if self._driver.in_transaction:
            self._driver.execute("ROLLBACK")

    async def _write(
        self,
        sql: str,
        table: Table,
        rows: Iterable[Row],
        count: int,
        *,
        many: str | None = None,
        first: str | None = None,
    ) -> bool:
        """``many`` does for ``MANY`` rows at once what ``sql`` does for one. ``first`` is tried before ``sql``, which
        then need not do anything for the rows for which that was enough.
        """
        await self.begin()
        if count == 1:
            return await self._piece(sql, table, rows) == 1
        self._driver.execute("SAVEPOINT bulk")
        written = 0
        try:
            for piece in _pieces(rows):
                done = 0 if first is None else await self._piece(first, table, piece)
                if done < len(piece):
                    done = min(len(piece), done + await self._piece(sql, table, piece, many))
                written += done
                await asyncio.sleep(0)
        finally:
            # A full disk may have ended the whole transaction.
            if self._driver.in_transaction:
                if written != count:
                    self._driver.execute("ROLLBACK TO bulk")
                self._driver.execute("RELEASE bulk")
        return written == count

    async def _piece(self, sql: str, table: Table, rows: Iterable[Row], many: str | None = None) -> int:
        if many is not None:
            return await self._patience.once(lambda: self._by_many(many, sql, list(encoded(table, rows))))
        return await self._patience.once(lambda: self._driver.executemany(sql, encoded(table, rows)).rowcount)

    def _by_many(self, many: str, one: str, rows: Sequence[Row]) -> int:
        written, rest = 0, len(rows) % MANY
        for start in range(0, len(rows) - rest, MANY):
            values = list(chain.from_iterable(rows[start : start + MANY]))
            written += self._driver.execute(many, values).rowcount
        return written + (self._driver.executemany(one, rows[-rest:]).rowcount if rest else 0)


class _State(enum.Enum):
    IDLE = "idle"
    BEGUN = "begun"
    CLOSED = "closed"


def _pieces(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    source = iter(rows)
    while piece := list(islice(source, _PIECE)):
        yield piece


def _rows(result: sa.CursorResult[Any]) -> Sequence[Row]:
    return cast(Sequence[Row], result.all())


def _raw_rows(result: sa.CursorResult[Any]) -> Sequence[Row]:
    cursor = result.cursor
    rows = cursor.fetchall()
    result.close()
    return cast(Sequence[Row], rows)
