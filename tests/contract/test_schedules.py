"""What schedules and the agenda promise beyond every collection (ports/schedules.py)."""

from datetime import timedelta

import pytest
from tests.builders import IDS, NOON, a_schedule, values_of

from tresen.application.ports.schedules import Due
from tresen.domain.schedules.schedule import Schedule
from tresen.domain.shared.errors import AlreadyExists, NotFound
from tresen.domain.shared.ids import ScheduleId, TenantId

from .stores import Backend

HOUR = timedelta(hours=1)


async def kept(backend: Backend, *schedules: Schedule) -> None:
    for schedule in schedules:
        async with backend.units.open(schedule.tenant_id) as uow:
            await uow.schedules.add(schedule)
            await uow.commit()


def due(schedule: Schedule) -> Due:
    assert schedule.next_at is not None
    return Due(tenant_id=schedule.tenant_id, schedule_id=schedule.id, at=schedule.next_at)


async def test_all_are_listed_by_name_and_only_ones_own(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    b, a, theirs = a_schedule(tenant, "b"), a_schedule(tenant, "a"), a_schedule(other, "c")
    await kept(backend, b, a, theirs)
    found = await backend.read(tenant, lambda uow: uow.schedules.all())
    assert [values_of(one) for one in found] == [values_of(a), values_of(b)]


async def test_a_name_is_unique_in_the_tenant(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    first, second = a_schedule(tenant, "first"), a_schedule(tenant, "second")
    await kept(backend, first, second, a_schedule(other, "first"))
    with pytest.raises(AlreadyExists):
        await kept(backend, a_schedule(tenant, "first"))
    second.name = "first"
    with pytest.raises(AlreadyExists):
        await backend.write(tenant, lambda uow: uow.schedules.save(second))


async def test_what_is_removed_is_gone_and_its_name_free(backend: Backend, tenant: TenantId) -> None:
    schedule = a_schedule(tenant)
    await kept(backend, schedule)
    await backend.write(tenant, lambda uow: uow.schedules.remove(schedule.id))
    with pytest.raises(NotFound):
        await backend.read(tenant, lambda uow: uow.schedules.get(schedule.id))
    await kept(backend, a_schedule(tenant))


async def test_only_what_is_there_and_ones_own_is_removed(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    theirs = a_schedule(other)
    await kept(backend, theirs)
    async with backend.units.open(tenant) as uow:
        for key in (theirs.id, ScheduleId(IDS.new())):
            with pytest.raises(NotFound):
                await uow.schedules.remove(key)
        await uow.commit()
    assert (await backend.read(other, lambda uow: uow.schedules.get(theirs.id))).name == theirs.name


async def test_due_is_what_has_come_in_any_tenant_the_longest_waiting_first(
    backend: Backend, tenant: TenantId, other: TenantId
) -> None:
    now, before = a_schedule(tenant, "now", next_at=NOON), a_schedule(other, next_at=NOON - HOUR)
    await kept(
        backend,
        now,
        before,
        a_schedule(tenant, "later", next_at=NOON + timedelta(microseconds=1)),
        a_schedule(tenant, "paused", next_at=None),
    )
    assert await backend.agenda.due(NOON, limit=10) == [due(before), due(now)]
    assert await backend.agenda.due(NOON, limit=1) == [due(before)]
    assert await backend.agenda.due(NOON - 2 * HOUR, limit=10) == []


async def test_the_next_tick_is_the_earliest_that_comes(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    agenda = backend.agenda
    await kept(backend, a_schedule(tenant, "paused", next_at=None))
    assert await agenda.next_tick(NOON) is None
    await kept(backend, a_schedule(tenant, "later", next_at=NOON + 2 * HOUR), a_schedule(other, next_at=NOON + HOUR))
    assert await agenda.next_tick(NOON) == NOON + HOUR
    assert await agenda.next_tick(NOON + HOUR) == NOON + 2 * HOUR
    assert await agenda.next_tick(NOON + 2 * HOUR) is None


async def test_the_agenda_sees_what_is_committed(backend: Backend, tenant: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        await uow.schedules.add(a_schedule(tenant))
        assert await backend.agenda.next_tick(NOON) is None
        await uow.commit()
    assert await backend.agenda.next_tick(NOON) == NOON + HOUR
