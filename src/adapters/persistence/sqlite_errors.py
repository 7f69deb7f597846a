"""What SQLite's errors mean for us."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from ...domain.shared.errors import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    StorageConflict,
    StorageUnavailable,
    TresenError,
)

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY_CODE = 0xFF

_WHAT_TO_DO = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space and try again; nothing was lost",
    sqlite3.SQLITE_READONLY: "the database file or its folder is read-only: give the service the right to write there",
    sqlite3.SQLITE_CANTOPEN: "the database file cannot be opened: check that its folder exists and may be written",
    sqlite3.SQLITE_IOERR: "the disk fails to read or write: check the disk, then run a database check",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged: restore the latest backup",
    sqlite3.SQLITE_NOTADB: "the file is no SQLite database: check the address, or restore the latest backup",
    sqlite3.SQLITE_PERM: "the database file may not be opened: give the service the right to read and write it",
}
SCHEMA_IS_OLD = "the database has no tables or old ones: upgrade its schema first"


def is_busy(error: Exception) -> bool:
    """Whether somebody else holds the file: the same thing may work a little later."""
    cause = _cause(error)
    return isinstance(cause, sqlite3.Error) and _code(cause) in _BUSY


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise our errors instead of SQLite's. ``name`` is the database's, for the message."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OverflowError, UnicodeError) as error:
        raise _translation(_cause(error), name) from error


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY_CODE


def _translation(error: BaseException, name: str) -> TresenError:
    if isinstance(error, sqlite3.IntegrityError):
        return _broken_rule(error)
    if not isinstance(error, sqlite3.Error) or isinstance(error, sqlite3.DataError | sqlite3.InterfaceError):
        return InvalidValue("a value cannot be stored: a number is too large or a text is not Unicode")
    code = _code(error)
    if code in _BUSY:
        return StorageConflict(f"{name} is busy: another process is writing")
    if code in _WHAT_TO_DO:
        return StorageUnavailable(f"{name}: {_WHAT_TO_DO[code]}")
    if code == sqlite3.SQLITE_ERROR and "no such" in str(error):
        return StorageUnavailable(f"{name}: {SCHEMA_IS_OLD}")
    return StorageUnavailable(f"{name} failed ({getattr(error, 'sqlite_errorname', type(error).__name__)})")


def _broken_rule(error: sqlite3.IntegrityError) -> TresenError:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return NotFound("record", "that this one refers to")
    if name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}:
        return AlreadyExists("something with that key is there already")
    return InvalidValue("a value that must be there is missing")
