"""Run locks."""

from contextlib import AbstractAsyncContextManager

from ...application.ports.locks import RunLocks
from .connection import Database


class SqlRunLocks(RunLocks):
    """Locked files beside a SQLite file, advisory locks of PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Never waits for who has it."""
        return self._database.hold(key)
