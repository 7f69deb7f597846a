"""What a unit of work promises as a whole (ports/unit_of_work.py), races included."""

import asyncio
from typing import Any

import pytest
from tests.builders import IDS, NOON, a_lead, a_member, a_task, a_user, an_account

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import AlreadyExists, NotFound, StaleVersion, StorageConflict
from tresen.domain.shared.ids import LeadId, TenantId

from .kinds import Kind, every_versioned
from .stores import Backend
from .test_entities import loaded, stored

FIGHTERS = 12


async def test_an_unknown_tenant_is_not_found(backend: Backend) -> None:
    for read_only in (False, True):
        with pytest.raises(NotFound):
            async with backend.units.open(TenantId(IDS.new()), read_only=read_only):
                pass


async def test_a_unit_knows_its_tenant(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        assert uow.tenant == await backend.directory.tenant(tenant)
    async with backend.units.open(other, read_only=True) as uow:
        assert uow.tenant == await backend.directory.tenant(other)


async def test_all_collections_commit_together_or_not_at_all(backend: Backend, tenant: TenantId) -> None:
    async def work(uow: UnitOfWork, *, fail: bool) -> None:
        await uow.members.add(a_member(tenant))
        await uow.leads.add(a_lead(tenant))
        await uow.tasks.add(a_task(tenant))
        if fail:
            raise LookupError

    for fail in (True, False):
        if fail:
            with pytest.raises(LookupError):
                await backend.write(tenant, lambda uow: work(uow, fail=True))
        else:
            await backend.write(tenant, lambda uow: work(uow, fail=False))
        counts = await backend.readers.counts(tenant)
        assert sum(sum(counts[kind].values()) for kind in ("members", "leads", "tasks")) == (0 if fail else 3)


async def test_what_is_written_after_a_commit_needs_another_one(backend: Backend, tenant: TenantId) -> None:
    first, second = a_lead(tenant, "first"), a_lead(tenant, "second")
    async with backend.units.open(tenant) as uow:
        await uow.leads.add(first)
        await uow.commit()
    async with backend.units.open(tenant) as uow:
        await uow.leads.add(second)
    found = await backend.read(tenant, lambda uow: uow.leads.get_many([first.id, second.id]))
    assert set(found) == {first.id}


async def test_units_of_work_follow_each_other_after_an_error(backend: Backend, tenant: TenantId) -> None:
    """A refused write leaves nothing locked."""
    lead = a_lead(tenant)
    await backend.write(tenant, lambda uow: uow.leads.add(lead))
    for _ in range(3):
        with pytest.raises(AlreadyExists):
            await backend.write(tenant, lambda uow: uow.leads.add(lead))
    lead.notes = "still writable"
    await backend.write(tenant, lambda uow: uow.leads.save(lead))


@every_versioned
async def test_of_many_who_loaded_the_same_version_one_wins(backend: Backend, tenant: TenantId, kind: Kind) -> None:
    entity = await stored(backend, tenant, kind)
    copies = [await loaded(backend, tenant, kind, entity.id) for _ in range(FIGHTERS)]

    async def save(copy: Any) -> None:
        await backend.write(tenant, lambda uow: kind.of(uow).save(copy))

    ends = await asyncio.gather(*map(save, copies), return_exceptions=True)
    assert ends.count(None) == 1
    assert all(isinstance(end, StaleVersion | StorageConflict) for end in ends if end is not None)
    assert (await loaded(backend, tenant, kind, entity.id)).version == entity.version + 1


async def test_no_update_is_lost_when_many_load_and_save(backend: Backend, tenant: TenantId) -> None:
    lead = a_lead(tenant, "0")
    await backend.write(tenant, lambda uow: uow.leads.add(lead))

    async def count_up(uow: UnitOfWork) -> None:
        mine = await uow.leads.get(lead.id)
        await asyncio.sleep(0)
        mine.first_name = str(int(mine.first_name) + 1)
        await uow.leads.save(mine)

    async def insist() -> int:
        lost = 0
        while True:
            try:
                await backend.write(tenant, count_up)
            except (StaleVersion, StorageConflict):
                lost += 1
            else:
                return lost

    await asyncio.gather(*(insist() for _ in range(FIGHTERS)))
    final: Lead = await backend.read(tenant, lambda uow: uow.leads.get(lead.id))
    assert (final.first_name, final.version) == (str(FIGHTERS), FIGHTERS + 1)


async def test_of_many_who_add_the_same_id_one_wins(backend: Backend, tenant: TenantId) -> None:
    key = LeadId(IDS.new())

    async def add(name: str) -> None:
        lead = Lead(id=key, tenant_id=tenant, first_name=name, last_name="", created_at=NOON, updated_at=NOON)
        await backend.write(tenant, lambda uow: uow.leads.add(lead))

    ends = await asyncio.gather(*(add(str(n)) for n in range(FIGHTERS)), return_exceptions=True)
    assert ends.count(None) == 1
    assert all(isinstance(end, AlreadyExists | StorageConflict) for end in ends if end is not None)
    winner = await backend.read(tenant, lambda uow: uow.leads.get(key))
    assert winner.first_name == str(ends.index(None))


async def test_of_many_who_take_the_same_email_one_wins(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    async def add(number: int) -> None:
        owner = (tenant, other)[number % 2]
        await backend.write(owner, lambda uow: uow.users.add(a_user(owner, "same@example.org")))

    ends = await asyncio.gather(*map(add, range(FIGHTERS)), return_exceptions=True)
    assert ends.count(None) == 1
    assert all(isinstance(end, AlreadyExists | StorageConflict) for end in ends if end is not None)


async def test_a_reader_does_not_wait_for_a_writer(backend: Backend, tenant: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        await uow.accounts.add(an_account(tenant))
        async with asyncio.timeout(5):
            assert await backend.read(tenant, lambda reading: reading.accounts.all()) == []
            assert await backend.directory.tenant("studio") == uow.tenant


async def test_a_cancelled_task_leaves_nothing_behind(backend: Backend, tenant: TenantId) -> None:
    entered = asyncio.Event()

    async def dawdle() -> None:
        async with backend.units.open(tenant) as uow:
            await uow.leads.add(a_lead(tenant))
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(dawdle())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        await backend.write(tenant, lambda uow: uow.leads.add(a_lead(tenant)))
    assert (await backend.readers.counts(tenant))["leads"] == {"new": 1}
