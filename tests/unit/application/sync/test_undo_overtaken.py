"""Somebody is faster than an undo, between its plan and its writing: it is planned anew, and tells nothing untrue."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import attrs

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.desk import SyncDesk
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.ids import TenantId
from tresen.domain.sync.run import Run

from ..studio import Studio


class _Overtaken:
    """Units of work in which, once, ``faster`` happens in the committed rows before the undo writes anything."""

    def __init__(self, studio: Studio, faster: Callable[[], object]) -> None:
        self._inner, self._faster = studio.units, [faster]

    @asynccontextmanager
    async def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AsyncIterator[UnitOfWork]:
        async with self._inner.open(tenant_id, read_only=read_only) as uow:
            add = uow.runs.add

            async def overtaken(entity: Run) -> None:
                if self._faster:
                    self._faster.pop()()
                await add(entity)

            uow.runs.add = overtaken  # type: ignore[method-assign] # of this one unit of work
            yield uow


def overtaken(studio: Studio, faster: Callable[[], object]) -> SyncDesk:
    transactions = attrs.evolve(studio.transactions, units=_Overtaken(studio, faster))
    return attrs.evolve(studio.desk, undo=attrs.evolve(studio.desk.undo, transactions=transactions))


async def lead_made(studio: Studio) -> tuple[str, Run]:
    studio.attract("First")
    await studio.leads_synced()
    return studio.attract("New"), await studio.leads_synced()


async def test_a_record_that_is_back_by_then_needs_nothing(studio: Studio) -> None:
    made, run = await lead_made(studio)
    rows = studio.store.room(studio.tenant.id)
    lead, key = studio.lead(made), (studio.account.id, "lead", made)
    away = await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="somebody")
    assert away.run is not None

    def brought_back() -> None:
        rows.leads.put(lead.id, attrs.evolve(lead, version=3))

    again = await overtaken(studio, brought_back).undo(studio.tenant.id, UndoTarget(run_id=away.run.id), by="somebody")
    assert (again.run, again.records) == (None, ())
    assert rows.sync_records.find(key) is not None


async def test_a_record_that_is_gone_by_then_needs_nothing(studio: Studio) -> None:
    made, run = await lead_made(studio)
    rows, lead = studio.store.room(studio.tenant.id), studio.lead(made)
    again = await overtaken(studio, lambda: rows.leads.remove(lead.id)).undo(
        studio.tenant.id, UndoTarget(run_id=run.id), by="somebody"
    )
    assert (again.run, again.records) == (None, ())


async def test_a_record_without_a_link_by_then_needs_nothing(studio: Studio) -> None:
    made, run = await lead_made(studio)
    rows, lead = studio.store.room(studio.tenant.id), studio.lead(made)

    def unlinked() -> None:
        rows.sync_records.remove((studio.account.id, "lead", made))

    again = await overtaken(studio, unlinked).undo(studio.tenant.id, UndoTarget(run_id=run.id), by="somebody")
    assert (again.run, again.records) == (None, ())
    assert [each.id for each in studio.leads() if each.id == lead.id] == [lead.id]
