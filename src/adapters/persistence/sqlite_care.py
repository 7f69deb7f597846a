"""Looking after a SQLite file: copies and health."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from ...domain.shared.errors import AlreadyExists, StorageUnavailable

_LITTLE_SPACE = 200 * 1024 * 1024


def copy_database(connect: Callable[[], sqlite3.Connection], target: Path, name: str) -> Path:
    """Copy the whole database as it is now into a new file, called ``name`` if ``target`` is a folder.

    Raises AlreadyExists, sqlite3.Error, or StorageUnavailable when the copy is not sound; then there is none.
    """
    copy = target / name if target.is_dir() else target
    if copy.exists():
        raise AlreadyExists(f"there is a file {copy} already", path=str(copy))
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    try:
        with closing(connect()) as source, closing(sqlite3.connect(unfinished)) as sink:
            source.backup(sink)
            # A copy is one file, without a log beside it.
            sink.execute("PRAGMA journal_mode = DELETE")
            if sink.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise StorageUnavailable(f"the copy {copy} is damaged: check the disk", path=str(copy))
        unfinished.rename(copy)
    finally:
        unfinished.unlink(missing_ok=True)
    return copy


def find_problems(connection: sa.Connection, path: Path) -> Sequence[str]:
    """What is wrong with the file, each with what to do."""
    return tuple(_problems(connection, path))


def _problems(connection: sa.Connection, path: Path) -> Iterator[str]:
    damage = _damage(connection)
    if damage:
        yield f"the file is damaged ({damage}): restore the latest backup"
        return
    orphans = len(connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall())
    if orphans:
        yield f"{orphans} rows refer to rows that are not there: restore the latest backup"
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("ROLLBACK")
    except sa.exc.OperationalError as error:
        if _code(error) != sqlite3.SQLITE_BUSY:
            yield "the file cannot be written: check that the service may write it and its folder"
    free = shutil.disk_usage(path.parent).free
    if free < _LITTLE_SPACE:
        yield f"only {free // 1024 // 1024} MB are free on the disk: free some space"


def _damage(connection: sa.Connection) -> str:
    try:
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(10)")]
    except sa.exc.DatabaseError as error:
        if _code(error) != sqlite3.SQLITE_CORRUPT:
            raise
        return "so badly that it cannot even be checked"
    return "; ".join(line for line in found if line != "ok")


def _code(error: sa.exc.DBAPIError) -> int:
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF
