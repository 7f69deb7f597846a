"""What the collections that are synced in bulk promise (ports/repositories.py, Synced)."""

from typing import Any

import pytest
from tests.builders import IDS, NOON, a_lead, a_member, a_membership, values_of

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import AlreadyExists, NotFound, StaleVersion, StorageConflict
from tresen.domain.shared.events import DomainEvent
from tresen.domain.shared.ids import LeadId, TenantId
from tresen.domain.shared.page import Listing

from .kinds import Kind, every_synced
from .stores import Backend
from .test_entities import stored

MANY = 2_500


class Gone(DomainEvent):
    type = "thing.gone"
    subject_kind = "thing"


async def _many(uow: UnitOfWork, kind: Kind, count: int) -> list[Any]:
    return [await kind.make(uow) for _ in range(count)]


async def test_a_removed_lead_is_gone_once_that_is_committed(backend: Backend, tenant: TenantId) -> None:
    gone, stays = a_lead(tenant, email="gone@example.org"), a_lead(tenant, email="stays@example.org")
    await backend.write(tenant, lambda uow: uow.leads.add_many([gone, stays]))
    async with backend.units.open(tenant) as uow:
        await uow.leads.remove(gone.id)
        with pytest.raises(NotFound):
            await uow.leads.get(gone.id)
    assert (await backend.read(tenant, lambda uow: uow.leads.get(gone.id))).id == gone.id
    await backend.write(tenant, lambda uow: uow.leads.remove(gone.id))
    found = await backend.read(tenant, lambda uow: uow.leads.get_many([gone.id, stays.id]))
    assert list(found) == [stays.id]
    assert (await backend.readers.leads(tenant, Listing())).count == 1


async def test_what_is_added_and_removed_at_once_was_never_there(backend: Backend, tenant: TenantId) -> None:
    lead = a_lead(tenant)
    async with backend.units.open(tenant) as uow:
        await uow.leads.add(lead)
        await uow.leads.remove(lead.id)
        await uow.commit()
    assert (await backend.readers.leads(tenant, Listing())).count == 0


async def test_only_an_own_lead_can_be_removed(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    foreign = a_lead(other)
    await backend.write(other, lambda uow: uow.leads.add(foreign))
    for unknown in (foreign.id, LeadId(IDS.new())):
        with pytest.raises(NotFound):
            await backend.write(tenant, lambda uow, key=unknown: uow.leads.remove(key))  # type: ignore[misc] # bound now
    assert (await backend.read(other, lambda uow: uow.leads.get(foreign.id))).id == foreign.id


@every_synced
async def test_added_in_bulk_is_as_if_added_one_by_one(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    async with backend.units.open(tenant) as uow:
        entities = await _many(uow, kind, 3)
        await kind.synced(uow).add_many(entities)
        await uow.commit()
    found = await backend.read(tenant, lambda uow: kind.synced(uow).get_many([e.id for e in entities]))
    assert [e.version for e in entities] == [1, 1, 1]
    assert {key: values_of(e) for key, e in found.items()} == {e.id: values_of(e) for e in entities}


@every_synced
async def test_one_that_comes_back_goes_on_from_the_version_that_it_had(
    backend: Backend, tenant: TenantId, kind: Kind
) -> None:
    async with backend.units.open(tenant) as uow:
        in_bulk, alone = await _many(uow, kind, 2)
        in_bulk.version, alone.version = 6, 3
        await kind.synced(uow).add_many([in_bulk])
        await kind.synced(uow).add(alone)
        await uow.commit()
    found = await backend.read(tenant, lambda uow: kind.synced(uow).get_many([in_bulk.id, alone.id]))
    assert (in_bulk.version, alone.version) == (7, 4)
    assert (found[in_bulk.id].version, found[alone.id].version) == (7, 4)


@every_synced
async def test_saved_in_bulk_is_as_if_saved_one_by_one(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entities = [await stored(backend, tenant, kind) for _ in range(3)]
    untouched = await stored(backend, tenant, kind)
    async with backend.units.open(tenant) as uow:
        # One stays as it is: what has an index does not change then.
        for entity in entities[1:]:
            kind.change(entity)
        await kind.synced(uow).save_many(entities)
        await uow.commit()
    found = await backend.read(tenant, lambda uow: kind.synced(uow).get_many([e.id for e in (*entities, untouched)]))
    assert [e.version for e in entities] == [2, 2, 2]
    assert {k: values_of(e) for k, e in found.items()} == {e.id: values_of(e) for e in (*entities, untouched)}


@every_synced
async def test_one_stale_entity_refuses_the_bulk(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entities = [await stored(backend, tenant, kind) for _ in range(3)]
    async with backend.units.open(tenant) as uow:
        await kind.of(uow).save(await kind.of(uow).get(entities[1].id))
        await uow.commit()
    for entity in entities[1:]:
        kind.change(entity)
    with pytest.raises(StaleVersion):
        await backend.write(tenant, lambda uow: kind.synced(uow).save_many(entities))
    found = await backend.read(tenant, lambda uow: kind.synced(uow).get_many([e.id for e in entities]))
    assert [found[e.id].version for e in entities] == [1, 2, 1]


@every_synced
async def test_one_known_id_refuses_the_bulk(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    known = await stored(backend, tenant, kind)

    async def add(uow: UnitOfWork) -> None:
        await kind.synced(uow).add_many([*await _many(uow, kind, 2), known])

    with pytest.raises(AlreadyExists):
        await backend.write(tenant, add)


@every_synced
async def test_only_own_and_existing_ones_are_got(
    backend: Backend, tenant: TenantId, other: TenantId, kind: Kind
) -> None:
    mine, foreign = await stored(backend, tenant, kind), await stored(backend, other, kind)
    found = await backend.read(tenant, lambda uow: kind.synced(uow).get_many([mine.id, foreign.id, IDS.new(), mine.id]))
    assert set(found) == {mine.id}


@every_synced
async def test_only_own_and_existing_ids_exist(backend: Backend, tenant: TenantId, other: TenantId, kind: Kind) -> None:
    mine, gone = await stored(backend, tenant, kind), await stored(backend, tenant, kind)
    foreign = await stored(backend, other, kind)
    await backend.write(tenant, lambda uow: kind.synced(uow).remove_many([gone]))
    ids = [mine.id, foreign.id, gone.id, IDS.new(), mine.id]
    assert set(await backend.read(tenant, lambda uow: kind.synced(uow).existing(ids))) == {mine.id}
    assert set(await backend.read(tenant, lambda uow: kind.synced(uow).existing([]))) == set()


@every_synced
async def test_another_tenants_entity_refuses_the_bulk(
    backend: Backend, tenant: TenantId, other: TenantId, kind: Kind
) -> None:
    mine, foreign = await stored(backend, tenant, kind), await stored(backend, other, kind)
    for name in ("add_many", "save_many", "remove_many"):
        async with backend.units.open(tenant) as uow:
            with pytest.raises(NotFound):
                await getattr(kind.synced(uow), name)([foreign, mine])
    assert (foreign.version, mine.version) == (1, 1)


@every_synced
async def test_removed_in_bulk_is_gone(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    *gone, stays = [await stored(backend, tenant, kind) for _ in range(3)]
    async with backend.units.open(tenant) as uow:
        await kind.synced(uow).remove_many(gone)
    keys = [e.id for e in (*gone, stays)]
    assert len(await backend.read(tenant, lambda uow: kind.synced(uow).get_many(keys))) == 3
    await backend.write(tenant, lambda uow: kind.synced(uow).remove_many(gone))
    assert set(await backend.read(tenant, lambda uow: kind.synced(uow).get_many(keys))) == {stays.id}
    # Such as an undo brings it back.
    back = gone[0]
    back.version = 0
    await backend.write(tenant, lambda uow: kind.synced(uow).add_many([back]))
    found = await backend.read(tenant, lambda uow: kind.of(uow).get(back.id))
    assert values_of(found) == values_of(back)


@every_synced
async def test_one_stale_or_gone_entity_refuses_the_removal(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    stale, gone, good = [await stored(backend, tenant, kind) for _ in range(3)]
    await backend.write(tenant, lambda uow: kind.synced(uow).remove_many([gone]))
    async with backend.units.open(tenant) as uow:
        await kind.of(uow).save(await kind.of(uow).get(stale.id))
        await uow.commit()
    async with backend.units.open(tenant) as uow:
        for bad in (stale, gone):
            with pytest.raises(StaleVersion):
                await kind.synced(uow).remove_many([good, bad])
        await uow.commit()
    assert (await backend.read(tenant, lambda uow: kind.of(uow).get(good.id))).id == good.id


async def test_a_member_is_not_removed_before_its_memberships(backend: Backend, tenant: TenantId) -> None:
    free, bound = a_member(tenant), a_member(tenant)
    membership = a_membership(tenant, bound.id)

    async def load(uow: UnitOfWork) -> None:
        await uow.members.add_many([free, bound])
        await uow.memberships.add(membership)

    await backend.write(tenant, load)
    async with backend.units.open(tenant) as uow:
        with pytest.raises(StorageConflict):
            await uow.members.remove_many([free, bound])
        await uow.commit()
    assert len(await backend.read(tenant, lambda uow: uow.members.get_many([free.id, bound.id]))) == 2

    async def remove(uow: UnitOfWork) -> None:
        await uow.memberships.remove_many([membership])
        await uow.members.remove_many([free, bound])

    await backend.write(tenant, remove)
    assert await backend.read(tenant, lambda uow: uow.members.get_many([free.id, bound.id])) == {}


@every_synced
async def test_what_the_removed_recorded_is_kept(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    entity.record(Gone(subject_id=entity.id, occurred_at=NOON))
    await backend.write(tenant, lambda uow: kind.synced(uow).remove_many([entity]))
    (event,) = await backend.read(tenant, lambda uow: uow.events.of_subject("thing", str(entity.id)))
    assert event.type == "thing.gone"


@every_synced
async def test_nothing_in_bulk_is_nothing(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    async with backend.units.open(tenant) as uow:
        await kind.synced(uow).add_many([])
        await kind.synced(uow).save_many([])
        await kind.synced(uow).remove_many([])
        assert await kind.synced(uow).get_many([]) == {}
        await uow.commit()


@every_synced
async def test_what_is_got_in_bulk_is_the_callers_own(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    async with backend.units.open(tenant) as uow:
        kind.change((await kind.synced(uow).get_many([entity.id]))[entity.id])
        assert values_of((await kind.synced(uow).get_many([entity.id]))[entity.id]) == values_of(entity)


async def test_bulks_may_be_larger_than_a_statement_has_parameters(backend: Backend, tenant: TenantId) -> None:
    leads = [a_lead(tenant, str(n)) for n in range(MANY)]
    await backend.write(tenant, lambda uow: uow.leads.add_many(leads))
    keys = [lead.id for lead in leads] + [LeadId(IDS.new()) for _ in range(MANY)]
    found = await backend.read(tenant, lambda uow: uow.leads.get_many(keys))
    assert {lead.first_name for lead in found.values()} == {str(n) for n in range(MANY)}
    for lead in leads:
        lead.notes = "seen"
    await backend.write(tenant, lambda uow: uow.leads.save_many(leads))
    found = await backend.read(tenant, lambda uow: uow.leads.get_many(keys))
    assert {lead.notes for lead in found.values()} == {"seen"}
