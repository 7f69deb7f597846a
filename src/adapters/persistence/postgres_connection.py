"""Reading and writing PostgreSQL on one connection."""

import enum
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import nullcontext, suppress
from functools import lru_cache
from typing import Any, TypeAlias, cast

import asyncpg
import sqlalchemy as sa
from sqlalchemy import Column, CursorResult, Executable, Select, Table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from ...domain.shared.errors import AlreadyExists
from .connection import Connection, Parameters, Transaction
from .mappers.values import Row
from .postgres_errors import translated
from .postgres_growth import Growth
from .statements import Writing

DriverConnection: TypeAlias = "asyncpg.Connection[Any]"


class PostgresConnection(Connection):
    """Reads, each on its own (AUTOCOMMIT: no BEGIN and ROLLBACK to wait for)."""

    def __init__(self, connection: AsyncConnection, name: str) -> None:
        self._connection = connection
        self._name = name

    async def fetch(
        self,
        statement: Select[Any],
        parameters: Parameters | None = None,
        *,
        long: bool = False,  # noqa: ARG002 - the port's
    ) -> Sequence[Row]:
        """Nothing here holds up the loop, so ``long`` is all the same."""
        with translated(self._name):
            return cast(Sequence[Row], (await self._connection.execute(statement, parameters)).all())

    async def fetch_raw(self, statement: Select[Any], parameters: Parameters | None = None) -> Sequence[Row]:
        """As ``fetch``."""
        return await self.fetch(statement, parameters)

    def among(self, statement: Select[Any], column: Column[Any], values: Collection[object]) -> Select[Any]:
        """One array as parameter."""
        return statement.where(column == sa.any_(sa.literal(list(values), ARRAY(column.type))))


class _State(enum.Enum):
    IDLE = "idle"
    BEGUN = "begun"
    CLOSED = "closed"


class PostgresTransaction(PostgresConnection, Transaction):
    """Everything between BEGIN, which comes with the first use, and COMMIT; read committed.

    New rows go in by COPY; others by COPY into a temporary table, and from there in one statement.
    """

    def __init__(self, connection: AsyncConnection, driver: DriverConnection, name: str, growth: Growth) -> None:
        super().__init__(connection, name)
        self._driver = driver
        self._growth = growth
        self._transaction = driver.transaction()
        self._state = _State.IDLE

    async def fetch(
        self, statement: Select[Any], parameters: Parameters | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        """Sees what this transaction wrote."""
        await self.begin()
        return await super().fetch(statement, parameters, long=long)

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """One statement."""
        await self.begin()
        with translated(self._name):
            result = await self._connection.execute(statement, parameters)
        return cast(CursorResult[Any], result).rowcount

    async def insert(self, table: Table, rows: Iterable[Row], count: int) -> bool:
        """One insert, or COPY."""
        writing = writing_of(table)
        if count == 1:
            return await self._write_one(writing.insert, rows)
        try:
            written = await self._all_or_none(lambda: self._copy(table.name, writing, rows), count)
        except AlreadyExists:
            return False
        self._growth.add(table.name, count)
        return written

    async def upsert(self, table: Table, rows: Iterable[Row], count: int) -> None:
        """One upsert, or COPY."""
        writing = writing_of(table)
        if count == 1:
            await self._write_one(writing.upsert, rows)
        else:
            await self._all_or_none(lambda: self._merge(writing, rows, writing.upsert_from), count)

    async def update(self, table: Table, row: Row) -> bool:
        """One update; where it may meet a rival, in a savepoint, for an error ends everything up to there."""
        writing = writing_of(table)
        sql = writing.update_version if writing.is_versioned else writing.update
        return await self._write_one(sql, (row,), savepoint=writing.has_rivals)

    async def update_versions(self, table: Table, rows: Iterable[Row], count: int) -> bool:
        """One update, or COPY."""
        writing = writing_of(table)
        if count == 1:
            return await self._write_one(writing.update_version, rows)
        return await self._all_or_none(lambda: self._merge(writing, rows, writing.update_version_from), count)

    async def begin(self) -> None:
        """Begin unless that was done."""
        if self._state is _State.CLOSED:
            raise RuntimeError("this unit of work was left already")
        if self._state is _State.IDLE:
            with translated(self._name):
                self._transaction = self._driver.transaction()
                await self._transaction.start()
            self._state = _State.BEGUN

    async def driver(self) -> DriverConnection:
        """The driver's own connection, in this transaction, for statements that SQLAlchemy has no part in."""
        await self.begin()
        return self._driver

    async def commit(self) -> None:
        """COMMIT."""
        await self.begin()
        with translated(self._name):
            await self._transaction.commit()
        self._state = _State.IDLE
        for table in self._growth.due():
            # Somebody else may be at it; and whatever hinders it, the commit is done.
            with suppress(asyncpg.PostgresError):
                await self._driver.execute(f"ANALYZE (SKIP_LOCKED) {table}")

    async def close(self) -> None:
        """Undo what is not committed; nothing can be done with it afterwards."""
        begun, self._state = self._state is _State.BEGUN, _State.CLOSED
        if begun and not self._driver.is_closed():
            with translated(self._name):
                await self._transaction.rollback()

    async def _write_one(self, sql: str, rows: Iterable[Row], *, savepoint: bool = False) -> bool:
        await self.begin()
        (row,) = rows
        with translated(self._name):
            async with self._driver.transaction() if savepoint else nullcontext():
                return _changed(await self._driver.execute(sql, *row)) == 1

    async def _all_or_none(self, write: Callable[[], Awaitable[int]], count: int) -> bool:
        """Whether every row was written; if not, none is."""
        await self.begin()
        with translated(self._name):
            savepoint = self._driver.transaction()
            await savepoint.start()
            written = False
            try:
                written = await write() == count
            finally:
                await (savepoint.commit() if written else savepoint.rollback())
        return written

    async def _copy(self, target: str, writing: Writing, rows: Iterable[Row]) -> int:
        return _changed(await self._driver.copy_records_to_table(target, records=rows, columns=writing.names))

    async def _merge(self, writing: Writing, rows: Iterable[Row], merge: Callable[[str], str]) -> int:
        table = writing.table.name
        temporary = f"bulk_{table}"
        await self._driver.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {temporary} (LIKE {table}) ON COMMIT DELETE ROWS"
        )
        await self._copy(temporary, writing, rows)
        written = _changed(await self._driver.execute(merge(temporary)))
        await self._driver.execute(f"DELETE FROM {temporary}")  # noqa: S608 - a table's name
        return written


@lru_cache(maxsize=64)
def writing_of(table: Table) -> Writing:
    """The table's statements."""
    return Writing(table, "$")


def _changed(status: str) -> int:
    """The count in a command's tag, such as ``INSERT 0 5`` or ``COPY 5``."""
    return int(status.rsplit(" ", 1)[1])
