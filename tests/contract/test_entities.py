"""What every collection of entities promises (ports/repositories.py, Entities)."""

from typing import Any

import pytest
from tests.builders import IDS, values_of

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import AlreadyExists, NotFound, StaleVersion, TresenError
from tresen.domain.shared.ids import TenantId

from .kinds import Kind, every_kind, every_versioned
from .stores import Backend


async def stored(backend: Backend, tenant: TenantId, kind: Kind) -> Any:
    """A new entity, committed; as its maker holds it."""
    async with backend.units.open(tenant) as uow:
        entity = await kind.make(uow)
        await kind.of(uow).add(entity)
        await uow.commit()
    return entity


async def loaded(backend: Backend, tenant: TenantId, kind: Kind, key: Any) -> Any:
    return await backend.read(tenant, lambda uow: kind.of(uow).get(key))


@every_kind
async def test_what_is_added_comes_back_with_every_value(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    assert values_of(await loaded(backend, tenant, kind, entity.id)) == values_of(entity)


@every_kind
async def test_what_is_saved_comes_back_with_every_value(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    key = (await stored(backend, tenant, kind)).id
    async with backend.units.open(tenant) as uow:
        entity = await kind.of(uow).get(key)
        kind.change(entity)
        await kind.of(uow).save(entity)
        assert values_of(await kind.of(uow).get(key)) == values_of(entity)
        await uow.commit()
    assert values_of(await loaded(backend, tenant, kind, key)) == values_of(entity)


@every_kind
async def test_a_writer_sees_what_it_wrote_and_others_only_what_is_committed(
    backend: Backend, tenant: TenantId, kind: Kind
) -> None:
    async with backend.units.open(tenant) as uow:
        entity = await kind.make(uow)
        await kind.of(uow).add(entity)
        assert (await kind.of(uow).get(entity.id)).id == entity.id
        with pytest.raises(NotFound):
            await loaded(backend, tenant, kind, entity.id)
        await uow.commit()
    assert (await loaded(backend, tenant, kind, entity.id)).id == entity.id


@every_kind
async def test_an_unknown_id_is_not_found(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    async with backend.units.open(tenant) as uow:
        with pytest.raises(NotFound):
            await kind.of(uow).get(IDS.new())


@every_kind
async def test_what_was_never_added_cannot_be_saved(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    async with backend.units.open(tenant) as uow:
        entity = await kind.make(uow)
        with pytest.raises(NotFound):
            await kind.of(uow).save(entity)
        await uow.commit()
    with pytest.raises(NotFound):
        await loaded(backend, tenant, kind, entity.id)


@every_kind
async def test_the_same_id_cannot_be_added_twice(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    before = values_of(await loaded(backend, tenant, kind, entity.id))
    kind.change(entity)
    async with backend.units.open(tenant) as uow:
        with pytest.raises(AlreadyExists):
            await kind.of(uow).add(entity)
        await uow.commit()
    assert values_of(await loaded(backend, tenant, kind, entity.id)) == before


@every_kind
async def test_what_is_handed_out_or_in_is_the_callers_own(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    """Changing it afterwards changes nothing until it is saved."""
    entity = await stored(backend, tenant, kind)
    before = values_of(await loaded(backend, tenant, kind, entity.id))
    kind.change(entity)
    async with backend.units.open(tenant) as uow:
        kind.change(await kind.of(uow).get(entity.id))
        assert values_of(await kind.of(uow).get(entity.id)) == before
        await uow.commit()
    assert values_of(await loaded(backend, tenant, kind, entity.id)) == before


@every_kind
async def test_leaving_without_commit_undoes_everything(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    before = values_of(await loaded(backend, tenant, kind, entity.id))
    async with backend.units.open(tenant) as uow:
        kind.change(entity)
        await kind.of(uow).save(entity)
    assert values_of(await loaded(backend, tenant, kind, entity.id)) == before


@every_kind
async def test_an_error_undoes_everything(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    made = []

    async def fail() -> None:
        async with backend.units.open(tenant) as uow:
            made.append(await kind.make(uow))
            await kind.of(uow).add(made[0])
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    with pytest.raises(NotFound):
        await loaded(backend, tenant, kind, made[0].id)


@every_kind
async def test_another_tenants_entity_is_not_found(
    backend: Backend, tenant: TenantId, other: TenantId, kind: Kind
) -> None:
    entity = await stored(backend, tenant, kind)
    before = values_of(await loaded(backend, tenant, kind, entity.id))
    async with backend.units.open(other) as uow:
        with pytest.raises(NotFound):
            await kind.of(uow).get(entity.id)
        kind.change(entity)
        for write in (kind.of(uow).save, kind.of(uow).add):
            with pytest.raises(NotFound):
                await write(entity)
        await uow.commit()
    assert values_of(await loaded(backend, tenant, kind, entity.id)) == before
    with pytest.raises(NotFound):
        await loaded(backend, other, kind, entity.id)


@every_kind
async def test_reading_only_saves_nothing(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    before = values_of(await loaded(backend, tenant, kind, entity.id))
    kind.change(entity)

    async def sneak(uow: UnitOfWork) -> None:
        await kind.of(uow).save(entity)
        await uow.commit()

    with pytest.raises(TresenError):
        await backend.read(tenant, sneak)
    assert values_of(await loaded(backend, tenant, kind, entity.id)) == before


@every_versioned
async def test_adding_and_saving_advance_the_version(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    assert entity.version == 1
    async with backend.units.open(tenant) as uow:
        await kind.of(uow).save(entity)
        assert entity.version == 2
        await kind.of(uow).save(entity)
        await uow.commit()
    assert (await loaded(backend, tenant, kind, entity.id)).version == entity.version == 3


@every_versioned
async def test_a_stale_entity_cannot_be_saved(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    mine = await stored(backend, tenant, kind)
    theirs = await loaded(backend, tenant, kind, mine.id)
    await backend.write(tenant, lambda uow: kind.of(uow).save(theirs))
    before = values_of(await loaded(backend, tenant, kind, mine.id))
    kind.change(mine)
    with pytest.raises(StaleVersion):
        await backend.write(tenant, lambda uow: kind.of(uow).save(mine))
    assert values_of(await loaded(backend, tenant, kind, mine.id)) == before


@every_versioned
async def test_a_version_of_the_future_is_as_wrong_as_one_of_the_past(
    backend: Backend, tenant: TenantId, kind: Kind
) -> None:
    entity = await stored(backend, tenant, kind)
    entity.version += 1
    with pytest.raises(StaleVersion):
        await backend.write(tenant, lambda uow: kind.of(uow).save(entity))


@every_versioned
async def test_what_was_undone_is_no_newer_version(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    async with backend.units.open(tenant) as uow:
        await kind.of(uow).save(await kind.of(uow).get(entity.id))
    await backend.write(tenant, lambda uow: kind.of(uow).save(entity))
