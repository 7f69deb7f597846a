"""Opens a database by its address."""

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ...application.ports.clock import Clock, IdSource
from ...domain.shared.errors import NotConfigured
from .connection import Database
from .sqlite import SqliteDatabase

_OF_POSTGRES = ("asyncpg", "greenlet", "pgqueuer")
_FORMS = (
    "sqlite:///relative/path.db, sqlite:////absolute/path.db, sqlite:// (temporary), "
    "postgresql://user:password@host/database, postgresql://user@/database?host=/socket/folder"
)


def open_database(url: str, *, clock: Clock, ids: IdSource) -> Database:
    """The database at that address; close it in the end. Nothing is opened before it is used.

    ``sqlite://`` is a private database in the temporary folder, gone when it is closed.
    Raises NotConfigured for an address of another form, or when the driver is not installed.
    """
    address = _address(url)
    backend = address.get_backend_name()
    if backend == "sqlite" and not address.host and not address.query:
        path = None if address.database in {None, "", ":memory:"} else Path(str(address.database))
        return SqliteDatabase(path, clock=clock, ids=ids)
    if backend in {"postgresql", "postgres"}:
        if any(find_spec(name) is None for name in _OF_POSTGRES):
            raise NotConfigured("PostgreSQL needs its driver and its job queue: pip install 'tresen[postgres]'")
        from .postgres import PostgresDatabase  # noqa: PLC0415 - its driver is an extra

        return PostgresDatabase(address, clock=clock, ids=ids)
    raise _unknown_form()


def _address(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise _unknown_form() from None


def _unknown_form() -> NotConfigured:
    return NotConfigured(f"the database's address has none of the accepted forms: {_FORMS}")
