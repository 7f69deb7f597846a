"""The little that the repositories need of a database. SQLite and PostgreSQL each have their own."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import attrs
import sqlalchemy as sa
from sqlalchemy import Column, Executable, Select, Table

from ...application.ports.clock import Clock, IdSource
from .mappers.values import Row

Parameters = Mapping[str, object]
T = TypeVar("T")


class Connection(Protocol):
    """Reads. Every method raises StorageConflict or StorageUnavailable."""

    @abstractmethod
    async def fetch(
        self, statement: Select[Any], parameters: Parameters | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        """All rows. Columns come back as the values that the tables' types say.

        ``long``: it may take more than a millisecond, so it must not hold up the event loop.
        """

    @abstractmethod
    async def fetch_raw(self, statement: Select[Any], parameters: Parameters | None = None) -> Sequence[Row]:
        """``fetch`` for thousands of rows, as the driver gives them: for texts, bytes and whole numbers only."""

    @abstractmethod
    def among(self, statement: Select[Any], column: Column[Any], values: Collection[object]) -> Select[Any]:
        """Only the rows whose ``column`` has one of these values, of which there may be thousands."""


class Transaction(Connection, Protocol):
    """Reads and writes that become visible to others with ``commit``, all or none of them.

    Rows are tuples with a value for every column of the table, in order.
    """

    @abstractmethod
    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """How many rows it changed."""

    @abstractmethod
    async def insert(self, table: Table, rows: Iterable[Row], count: int) -> bool:
        """Insert ``count`` rows. False, and nothing written, when a unique key of any is taken."""

    @abstractmethod
    async def upsert(self, table: Table, rows: Iterable[Row], count: int) -> None:
        """Insert or replace ``count`` rows by primary key. No key may come twice."""

    @abstractmethod
    async def update(self, table: Table, row: Row) -> bool:
        """Replace by primary key; with a version, only the one before the row's. False when there is none such.

        Raises AlreadyExists when another row has a unique key of this one.
        """

    @abstractmethod
    async def update_versions(self, table: Table, rows: Iterable[Row], count: int) -> bool:
        """``update`` for ``count`` rows. False, and nothing written, when one of them was not there to be replaced."""

    @abstractmethod
    async def commit(self) -> None:
        """Make it durable and visible."""


@attrs.frozen
class Look:
    """One thing that was looked at. ``problem``: what is wrong and what to do, None when it is fine."""

    name: str
    problem: str | None = None


class Database(Protocol):
    """One database. Opening it does nothing yet: what is wrong with it shows when it is first used."""

    clock: Clock
    ids: IdSource

    @property
    @abstractmethod
    def name(self) -> str:
        """Where it is, without the password: for messages."""

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """For reads that need not see one state together."""

    @abstractmethod
    def writing(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction while inside; leaving it without ``commit`` undoes it."""

    @abstractmethod
    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Try to hold a lock that is freed when this process dies: True, or False at once when it is taken."""

    @abstractmethod
    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """The result of work on a connection of its own, off the event loop, each statement on its own."""

    @abstractmethod
    async def migrate(self, work: Callable[[sa.Connection], T]) -> T:
        """``run`` in one transaction, one at a time over all processes."""

    @abstractmethod
    async def backup(self, target: Path) -> Path:
        """Copy everything to a new file, or to one with a telling name in that folder. Raises NotConfigured where
        the database has a tool for it, AlreadyExists when the file is there.
        """

    @abstractmethod
    async def looks(self) -> Sequence["Look"]:
        """What was looked at in the store itself, one by one; the schema's age is another matter."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything."""
