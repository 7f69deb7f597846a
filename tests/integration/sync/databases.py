"""Databases for many cases that begin alike: SQLite files, or databases on a PostgreSQL server."""

import shutil
from abc import abstractmethod
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import asyncpg
import attrs
from sqlalchemy.engine import make_url
from tests.integration.webhooks.mortal import forked


class Databases(Protocol):
    """Where they are made. Called outside of any loop."""

    @abstractmethod
    def empty(self, folder: Path) -> str:
        """The address of a new one."""

    @abstractmethod
    def copied(self, url: str, folder: Path) -> str:
        """The address of a new one, which holds what that one does, whom nobody uses at the moment."""

    @abstractmethod
    def remove(self, url: str) -> None:
        """Take one away."""


class SqliteFiles(Databases):
    """One file in each folder."""

    def empty(self, folder: Path) -> str:
        return f"sqlite:///{folder}/tresen.db"

    def copied(self, url: str, folder: Path) -> str:
        new = self.empty(folder)
        shutil.copy(url.removeprefix("sqlite:///"), new.removeprefix("sqlite:///"))
        return new

    def remove(self, url: str) -> None:
        """The folder goes anyway."""


@attrs.frozen
class PostgresServer(Databases):
    """``server`` is the address of one on which databases may be made."""

    server: str

    def empty(self, folder: Path) -> str:
        return self._made("")

    def copied(self, url: str, folder: Path) -> str:
        return self._made(f"TEMPLATE {make_url(url).database} STRATEGY wal_log")

    def remove(self, url: str) -> None:
        self._execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _made(self, how: str) -> str:
        name = f"mortal_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {name} {how}")
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def _execute(self, sql: str) -> None:
        async def execute(_: int) -> None:
            connection = await asyncpg.connect(self.server)
            await connection.execute(sql)
            await connection.close()

        forked(execute)


def databases(where: str) -> Databases:
    """``sqlite``, or a server's address."""
    return SqliteFiles() if where == "sqlite" else PostgresServer(where)
