"""Every suite here runs over every implementation of its port."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from tests.builders import a_tenant, an_account

from tresen.domain.shared.ids import TenantId
from tresen.domain.tenancy.provider_account import ProviderAccount

from .gyms import WORLDS, GymWorld
from .stores import Backend, in_memory, in_postgres, in_sqlite


@pytest.fixture(scope="session")
def emptied_postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The address of a database with our schema that the tests of this folder share, one after the other."""
    name = f"contract_{uuid4().hex}"
    asyncio.run(execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    asyncio.run(execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


async def execute(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Backend]:
    """A fresh, empty store, yet to be opened."""
    match request.param:
        case "memory":
            return in_memory()
        case "sqlite":
            return in_sqlite(request.getfixturevalue("tmp_path") / "tresen.db")
        case _:
            return in_postgres(request.getfixturevalue("emptied_postgres_url"))


@pytest.fixture
async def backend(store: AbstractAsyncContextManager[Backend]) -> AsyncIterator[Backend]:
    """A fresh, empty store."""
    async with store as opened:
        yield opened


@pytest.fixture
async def tenant(backend: Backend) -> TenantId:
    """The tenant whose data the test is about."""
    one = a_tenant("studio")
    await backend.directory.add_tenant(one)
    return one.id


@pytest.fixture
async def other(backend: Backend) -> TenantId:
    """A tenant that must never see any of it."""
    one = a_tenant("other-studio")
    await backend.directory.add_tenant(one)
    return one.id


@pytest.fixture
async def account(backend: Backend, tenant: TenantId) -> ProviderAccount:
    """A stored provider account of the tenant."""
    one = an_account(tenant)
    await backend.write(tenant, lambda uow: uow.accounts.add(one))
    return one


@pytest.fixture
async def others_account(backend: Backend, other: TenantId) -> ProviderAccount:
    """A stored provider account of the other tenant."""
    one = an_account(other)
    await backend.write(other, lambda uow: uow.accounts.add(one))
    return one


@pytest.fixture(params=WORLDS)
async def gym_world(request: pytest.FixtureRequest) -> AsyncIterator[GymWorld]:
    """An empty gym."""
    async with WORLDS[request.param]() as world:
        yield world
