"""A connection for units of work that only read."""

from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from sqlalchemy import Column, Select

from ...domain.shared.errors import StorageUnavailable
from .connection import Connection, Parameters, Transaction
from .mappers.values import Row


class ReadOnly(Transaction):
    """Passes reads on; everything else raises StorageUnavailable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def fetch(
        self, statement: Select[Any], parameters: Parameters | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        """Passed on."""
        return await self._connection.fetch(statement, parameters, long=long)

    async def fetch_raw(self, statement: Select[Any], parameters: Parameters | None = None) -> Sequence[Row]:
        """Passed on."""
        return await self._connection.fetch_raw(statement, parameters)

    def among(self, statement: Select[Any], column: Column[Any], values: Collection[object]) -> Select[Any]:
        """Passed on."""
        return self._connection.among(statement, column, values)

    async def execute(self, *_: object, **__: object) -> int:
        """Refused."""
        _refuse()

    async def insert(self, *_: object, **__: object) -> bool:
        """Refused."""
        _refuse()

    async def upsert(self, *_: object, **__: object) -> None:
        """Refused."""
        _refuse()

    async def update(self, *_: object, **__: object) -> bool:
        """Refused."""
        _refuse()

    async def update_versions(self, *_: object, **__: object) -> bool:
        """Refused."""
        _refuse()

    async def commit(self) -> None:
        """Nothing was written, so there is nothing to do."""


def _refuse() -> NoReturn:
    raise StorageUnavailable("this unit of work was opened for reading only")
