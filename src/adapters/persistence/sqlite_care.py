"""Looking after a SQLite file: copies and health."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from ...domain.shared.errors import AlreadyExists, NotFound, StorageUnavailable
from .connection import Look

_LITTLE_SPACE = 200 * 1024 * 1024


def copy_database(connect: Callable[[], sqlite3.Connection], target: Path, name: str) -> Path:
    """Copy the whole database as it is now into a new file, called ``name`` if ``target`` is a folder.

    Raises NotFound (the folder), AlreadyExists, sqlite3.Error, or StorageUnavailable when the copy is not sound; then
    there is none.
    """
    copy = target / name if target.is_dir() else target
    if not copy.parent.is_dir():
        raise NotFound("folder", copy.parent)
    if copy.exists():
        raise AlreadyExists(f"there is a file {copy} already", path=str(copy))
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    make_private(unfinished)
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


def make_private(path: Path) -> None:
    """A new file that only its owner may read, whatever the umask: it holds people's names and numbers.

    SQLite gives its log and index beside it the same rights. Opening the file tells what is wrong where it cannot be
    made.
    """
    if not path.exists():
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def look_at(connection: sa.Connection, path: Path) -> Sequence[Look]:
    """Look at everything; at nothing more where the file is damaged."""
    return tuple(_looks(connection, path))


def _looks(connection: sa.Connection, path: Path) -> Iterator[Look]:
    damage = _damage(connection)
    if damage:
        yield Look("integrity", f"the file is damaged ({damage}): restore the latest backup")
        return
    yield Look("integrity")
    orphans = len(connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall())
    lost = f"{orphans} rows refer to rows that are not there: restore the latest backup"
    yield Look("foreign keys", lost if orphans else None)
    yield Look("writable", _refusal(connection))
    free = shutil.disk_usage(path.parent).free
    little = f"only {free // 1024 // 1024} MB are free on the disk: free some space"
    yield Look("disk room", little if free < _LITTLE_SPACE else None)


def _refusal(connection: sa.Connection) -> str | None:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("ROLLBACK")
    except sa.exc.OperationalError as error:
        if _code(error) != sqlite3.SQLITE_BUSY:
            return "the file cannot be written: check that the service may write it and its folder"
    return None


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
