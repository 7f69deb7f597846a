"""Bringing the schema up to date, checking a database, copying it."""

import enum
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import AdaptedConnection

from ...domain.shared.errors import StorageUnavailable
from .connection import Database, Look
from .revision import HEAD
from .sqlite import SqliteDatabase

T = TypeVar("T")

_SCRIPTS = Path(__file__).with_name("migrations")
_VERSION_TABLE = "alembic_version"


class State(enum.Enum):
    """How a schema stands to the one that this version needs. ``newer``: a newer version was at work."""

    MISSING = "missing"
    OLD = "old"
    CURRENT = "current"
    NEWER = "newer"


@attrs.frozen(kw_only=True)
class Found:
    """The schema of a database: its revision (None: none yet) and whether there are any tables.

    ``queue_is_current``: whether the job queue's part, which has a schema of its own on PostgreSQL, is as it should.
    """

    revision: str | None
    has_tables: bool
    queue_is_current: bool = True

    @property
    def state(self) -> State:
        """How it stands."""
        if self.revision is None:
            return State.MISSING
        if self.revision == HEAD:
            return State.CURRENT if self.queue_is_current else State.OLD
        return State.OLD if self.revision < HEAD else State.NEWER


@attrs.frozen(kw_only=True)
class Upgraded:
    """What an upgrade did; ``backup`` is the copy that was made before, where there was something to copy."""

    before: str | None
    after: str
    backup: Path | None = None


@attrs.frozen(kw_only=True)
class Check:
    """What is found about a database. ``looks`` are at the store itself."""

    database: str
    revision: str | None
    state: State
    looks: tuple[Look, ...]
    complaint: str | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Empty when it is sound; each says what to do. ``complaint`` is the one about the schema."""
        return tuple(problem for problem in (*(look.problem for look in self.looks), self.complaint) if problem)


async def current(database: Database) -> Found:
    """The schema as it is. Raises StorageUnavailable when the database cannot be read at all."""
    return await database.run(_look)


async def upgrade(database: Database) -> Upgraded:
    """Bring the schema to this version's revision; one that has it is left alone. Two at a time do it once.

    A SQLite file with tables is copied beside itself before; the folder of a new one is made.
    Raises StorageUnavailable for a newer schema.
    """
    if isinstance(database, SqliteDatabase):
        with suppress(OSError):  # opening the file tells what is wrong
            database.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = await current(database)
    if found.state is State.NEWER:
        raise _newer(database, found)
    if found.state is State.CURRENT:
        return Upgraded(before=HEAD, after=HEAD)
    backup = None
    if found.has_tables and isinstance(database, SqliteDatabase):
        backup = await database.backup(database.path.parent)
    before = await database.migrate(_migrate)
    await database.run(_bring_queue_up_to_date)
    return Upgraded(before=before, after=HEAD, backup=backup)


async def backup(database: Database, target: Path) -> Path:
    """Copy everything to a new file, or (``target`` is a folder) to one named after the instant.

    Raises AlreadyExists, StorageUnavailable, or NotConfigured on PostgreSQL, which has its own tool.
    """
    return await database.backup(target)


async def check(database: Database) -> Check:
    """Everything that can be wrong with the database. Raises StorageUnavailable when it cannot be read at all."""
    found = await current(database)
    looks = tuple(await database.looks())
    complaint = None
    if found.state is State.NEWER:
        complaint = _newer(database, found).message
    elif found.state is not State.CURRENT:
        complaint = f"the schema is {found.state.value}: upgrade it"
    return Check(database=database.name, revision=found.revision, state=found.state, looks=looks, complaint=complaint)


def _look(connection: sa.Connection) -> Found:
    tables = sa.inspect(connection).get_table_names()
    revision = None
    if _VERSION_TABLE in tables:
        revision = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION_TABLE}").scalar()  # noqa: S608
    queue_is_current = revision is None or _queue_is_current(connection)
    return Found(revision=revision, has_tables=bool(tables), queue_is_current=queue_is_current)


def _queue_is_current(connection: sa.Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return True
    from ..jobs.postgres_schema import is_current  # noqa: PLC0415 - loads an extra's library

    return _by_driver(connection, is_current)


def _bring_queue_up_to_date(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    from ..jobs.postgres_schema import converge  # noqa: PLC0415 - loads an extra's library

    _by_driver(connection, converge)


def _by_driver(connection: sa.Connection, work: Callable[[Any], Awaitable[T]]) -> T:
    """Do it on the driver's own connection."""
    driver = cast(AdaptedConnection, connection.connection.dbapi_connection)
    return driver.run_async(work)


def _migrate(connection: sa.Connection) -> str | None:
    # Takes a quarter of a second to import, which only an upgrade should cost.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    before = _look(connection).revision
    command.upgrade(config, "head")
    return before


def _newer(database: Database, found: Found) -> StorageUnavailable:
    return StorageUnavailable(
        f"{database.name} has schema revision {found.revision}, made by a newer version than this one ({HEAD}): "
        "install that version, or restore a backup",
        revision=found.revision,
        needed=HEAD,
    )
