"""What only the transactions in memory do."""

import asyncio

import pytest
from tests.builders import a_lead, a_tenant

from tresen.adapters.memory.directory import MemoryDirectory
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.domain.shared.errors import StorageConflict
from tresen.domain.shared.ids import TenantId


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def tenant(store: MemoryStore) -> TenantId:
    one = a_tenant()
    await MemoryDirectory(store).add_tenant(one)
    return one.id


async def test_a_task_does_not_wait_for_itself(store: MemoryStore, tenant: TenantId) -> None:
    """Also not when it asks through another object over the same store."""
    async with asyncio.timeout(5), MemoryUnitsOfWork(store).open(tenant):
        with pytest.raises(StorageConflict):
            async with MemoryUnitsOfWork(store).open(tenant):
                pass


async def test_writers_of_all_tenants_take_turns_in_order(store: MemoryStore, tenant: TenantId) -> None:
    other, units = a_tenant("other"), MemoryUnitsOfWork(store)
    await MemoryDirectory(store).add_tenant(other)
    inside: list[int] = []

    async def write(number: int) -> None:
        async with units.open((tenant, other.id)[number % 2]):
            inside.append(number)
            await asyncio.sleep(0)
            assert inside[-1] == number

    await asyncio.gather(*map(write, range(6)))
    assert inside == list(range(6))


async def test_a_unit_of_work_ends_with_its_block(store: MemoryStore, tenant: TenantId) -> None:
    async with MemoryUnitsOfWork(store).open(tenant) as uow:
        pass
    with pytest.raises(RuntimeError):
        await uow.leads.add(a_lead(tenant))
