"""Every suite here runs over every implementation of its port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.builders import a_tenant, an_account

from tresen.domain.shared.ids import TenantId
from tresen.domain.tenancy.provider_account import ProviderAccount

from .stores import STORES, Backend


@pytest.fixture(params=STORES)
async def backend(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Backend]:
    """A fresh, empty store."""
    async with STORES[request.param](tmp_path) as fresh:
        yield fresh


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
