"""Migrated databases, and a tenant in them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.builders import a_tenant

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.schema import upgrade
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import UuidSource
from tresen.domain.shared.ids import TenantId


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def sqlite(tmp_path: Path, clock: FixedClock) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "tresen.db", clock=clock, ids=UuidSource())
    await upgrade(database)
    yield database
    await database.close()


@pytest.fixture
async def postgres(postgres_url: str, clock: FixedClock) -> AsyncIterator[Database]:
    database = open_database(postgres_url, clock=clock, ids=UuidSource())
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """One and the other."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def units(database: Database) -> SqlUnitsOfWork:
    return SqlUnitsOfWork(database)


@pytest.fixture
async def tenant(database: Database) -> TenantId:
    one = a_tenant()
    await SqlDirectory(database).add_tenant(one)
    return one.id
