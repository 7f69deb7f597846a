"""What PostgreSQL's errors mean for us, by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ...domain.shared.errors import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    StorageConflict,
    StorageUnavailable,
    TresenError,
)

SCHEMA_IS_OLD = "the database has no tables or old ones: upgrade its schema first"

_CONFLICTS = {"40001", "40P01", "55P03"}
_WHAT_TO_DO = {
    "25006": "the database is read-only (perhaps a standby): connect to the primary",
    "28000": "the user may not log in: check the address and the server's pg_hba.conf",
    "28P01": "the user or the password is wrong: check the database's address",
    "3D000": "there is no database of that name: create it first",
    "3F000": SCHEMA_IS_OLD,
    "42501": "the user may not do that: grant it the right to its tables",
    "42703": SCHEMA_IS_OLD,
    "42P01": SCHEMA_IS_OLD,
    "53100": "the server's disk is full: free some space and try again; nothing was lost",
    "53300": "the server has too many connections: raise max_connections or run fewer processes",
    "57P03": "the server is starting or stopping: try again in a moment",
}
_LOST = ("08", "57P01", "57P02")
_ERRORS = (DBAPIError, PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise our errors instead of the driver's. ``name`` is the database's, without the password."""
    try:
        yield
    except _ERRORS as error:
        raise _translation(error, name) from error


def _translation(error: BaseException, name: str) -> TresenError:
    cause = (error.orig or error) if isinstance(error, DBAPIError) else error
    code = str(getattr(cause, "sqlstate", None) or "")
    if isinstance(error, PoolTimeout):
        return StorageConflict(f"{name} is busy: all connections are in use")
    if code in _CONFLICTS:
        return StorageConflict(f"{name} is busy: another transaction was faster")
    return _about_the_row(cause, code) or StorageUnavailable(f"{name}: {_what_to_do(cause, code)}")


def _about_the_row(cause: BaseException, code: str) -> TresenError | None:
    if code == "23505":
        return AlreadyExists("something with that key is there already")
    if code == "23503":
        return NotFound("record", "that this one refers to")
    if code.startswith(("22", "23")) or _is_refused_by_driver(cause):
        return InvalidValue("a value cannot be stored: out of range, missing, or a text with a character of code 0")
    return None


def _what_to_do(cause: BaseException, code: str) -> str:
    if isinstance(cause, OSError | TimeoutError):
        return "it cannot be reached: check its address and that the server runs"
    if code.startswith(_LOST) or isinstance(cause, asyncpg.InterfaceError):
        return "the connection was lost: try again in a moment"
    return _WHAT_TO_DO.get(code, f"it failed ({code or type(cause).__name__}): look into the server's log")


def _is_refused_by_driver(cause: BaseException) -> bool:
    # The driver checks values before it sends them; SQLAlchemy hides its exception one level further down.
    return any(isinstance(e, asyncpg.DataError | ValueError) for e in (cause, cause.__cause__))
