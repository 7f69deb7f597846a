"""What marks promise (ports/events.py): done once, and only if what was done is committed."""

import asyncio

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import StorageConflict
from tresen.domain.shared.ids import TenantId

from .kinds import ODD
from .stores import Backend


async def add(backend: Backend, tenant: TenantId, key: str, scope: str = "scope") -> bool:
    return await backend.write(tenant, lambda uow: uow.marks.add(scope, key))


async def test_a_mark_is_set_once(backend: Backend, tenant: TenantId) -> None:
    assert await add(backend, tenant, ODD)
    assert not await add(backend, tenant, ODD)


async def test_a_mark_counts_within_the_transaction_that_sets_it(backend: Backend, tenant: TenantId) -> None:
    async def twice(uow: UnitOfWork) -> list[bool]:
        return [await uow.marks.add("scope", "1") for _ in range(2)]

    assert await backend.write(tenant, twice) == [True, False]


async def test_a_mark_of_what_was_undone_is_none(backend: Backend, tenant: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        assert await uow.marks.add("scope", "1")
    assert await add(backend, tenant, "1")


async def test_scopes_keys_and_tenants_are_told_apart(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    marks = [("a", "b"), ("A", "b"), ("a", "B"), ("ab", ""), ("", "ab")]
    for of in (tenant, other):
        assert all([await add(backend, of, key, scope) for scope, key in marks])


async def test_what_is_unmarked_may_be_done_again(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    await add(backend, tenant, "1")
    await add(backend, other, "1")
    for _ in range(2):
        await backend.write(tenant, lambda uow: uow.marks.remove("scope", "1"))
    assert await add(backend, tenant, "1")
    assert not await add(backend, other, "1")


async def test_of_many_at_once_one_is_first(backend: Backend, tenant: TenantId) -> None:
    async def attempt() -> bool | None:
        try:
            return await add(backend, tenant, "1")
        except StorageConflict:
            return None

    answers = await asyncio.gather(*(attempt() for _ in range(8)))
    assert answers.count(True) == 1
