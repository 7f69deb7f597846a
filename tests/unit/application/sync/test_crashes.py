"""Killed anywhere, the next run completes it: the same in the end, nothing lost, nothing twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TypeVar
from uuid import UUID

import pytest

from tresen.application.ports.sources import Batch, Observed, Source
from tresen.application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.errors import IllegalTransition
from tresen.domain.shared.ids import PlanId, TenantId
from tresen.domain.sync.kept_plan import PlanStale
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import RunState
from tresen.domain.sync.schema import Values

from ..studio import A_MINUTE, Studio
from .scene import applied, captured, edit_lead, open_conflicts, planned, pushes, rests, set_policy

# Every run again and again, through what other tests cover: watching them would only take time.
pytestmark = pytest.mark.no_cover

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone."""


class Killer:
    """Lets so many awaits pass, and none after that until it is disarmed: a dead process does nothing any more."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.passed = 0

    def tick(self) -> None:
        self.passed += 1
        if self.left is None:
            return
        if self.left == 0:
            raise Killed
        self.left -= 1

    async def around(self, work: Awaitable[T]) -> T:
        """Killed before it, or after it took effect."""
        try:
            self.tick()
        except Killed:
            work.close()  # type: ignore[attr-defined] # a coroutine that nobody will wait for
            raise
        result = await work
        self.tick()
        return result


class MortalUnits(UnitsOfWork):
    """Every opening and every commit is a moment at which the process may die."""

    def __init__(self, inner: UnitsOfWork, killer: Killer) -> None:
        self._inner, self._killer = inner, killer

    def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._open(tenant_id, read_only)

    @asynccontextmanager
    async def _open(self, tenant_id: TenantId, read_only: bool) -> AsyncIterator[UnitOfWork]:
        self._killer.tick()
        async with self._inner.open(tenant_id, read_only=read_only) as uow:
            commit = uow.commit
            uow.commit = lambda: self._killer.around(commit())  # type: ignore[method-assign] # of this one
            yield uow


class MortalSource(Source):
    """Every page and every call is one."""

    def __init__(self, inner: Source, killer: Killer) -> None:
        self._inner, self._killer = inner, killer
        self.kind, self.writable, self.resolution_s = inner.kind, inner.writable, inner.resolution_s
        self.can_create, self.can_delete, self.tells_changes = inner.can_create, inner.can_delete, inner.tells_changes

    def listing(self) -> AsyncIterator[Batch]:
        return self._pages(self._inner.listing())

    def changes(self, cursor: str) -> AsyncIterator[Batch]:
        return self._pages(self._inner.changes(cursor))

    async def _pages(self, pages: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        async for page in pages:
            self._killer.tick()
            yield page

    async def get(self, external_id: str) -> Observed | None:
        return await self._killer.around(self._inner.get(external_id))

    async def push(self, external_id: str, values: Values) -> Observed:
        return await self._killer.around(self._inner.push(external_id, values))

    async def create(self, values: Values) -> Observed:
        return await self._killer.around(self._inner.create(values))

    async def find(self, values: Values, /) -> Observed | None:
        return await self._killer.around(self._inner.find(values))

    async def delete(self, external_id: str) -> None:
        await self._killer.around(self._inner.delete(external_id))


def mortal(studio: Studio) -> Killer:
    killer, source = Killer(), studio.gym.source
    object.__setattr__(studio.transactions, "_units", MortalUnits(studio.units, killer))
    studio.gym.source = lambda kind: MortalSource(source(kind), killer)  # type: ignore[method-assign] # of this gym
    return killer


async def scene_of_leads() -> tuple[Studio, Killer, Callable[[], Awaitable[object]]]:
    """One of everything: new, edited here, edited there, both, gone, to be made there, paired, gone though edited."""
    studio = Studio(default=Law.NEWEST, laws={"notes": Law.ASK})
    await set_policy(studio, LEAD, create_there=True)
    ids = [studio.attract(f"L{n}") for n in range(8)]
    await studio.leads_synced()
    await edit_lead(studio, ids[0], last_name="Ours")
    await edit_lead(studio, ids[1], notes="ours")
    await edit_lead(studio, ids[2], last_name="Ours")
    await edit_lead(studio, ids[5], last_name="Kept")
    await captured(studio, "Made")
    await captured(studio, "Twin")
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(ids[1], {"notes": "theirs"})
    studio.books.leads.edit(ids[2], {"city": "Bonn", "first_name": "Two"})
    studio.books.leads.edit(ids[3], {"last_name": "Theirs"})
    studio.books.leads.remove(ids[4])
    studio.books.leads.remove(ids[5])
    studio.books.leads.forget()
    studio.attract("New")
    studio.attract("Twin", notes="VIP")
    return studio, mortal(studio), studio.leads_synced


async def scene_of_members() -> tuple[Studio, Killer, Callable[[], Awaitable[object]]]:
    """The first load, with memberships and an unreadable one."""
    studio = Studio()
    for name in ("Ada", "Bea", "Cleo", "Dora", "Eva"):
        studio.sell_there(studio.enrol(name))
    studio.books.members.spoil("1003")
    return studio, mortal(studio), studio.members_synced


SCENES = {"leads": scene_of_leads, "members": scene_of_members}


def outcome(studio: Studio) -> object:
    """What it comes to, without ids and instants."""
    room = studio.store.room(studio.tenant.id)
    local: dict[UUID, str] = {lead.id: lead.first_name for lead in studio.leads()}
    local.update((member.id, member.first_name) for member in studio.members())
    return (
        sorted((lead.first_name, lead.last_name, lead.notes or "") for lead in studio.leads()),
        sorted(str(sorted(entry.values.items())) for entry in studio.books.leads.entries()),
        sorted(m.first_name for m in studio.members()),
        len(studio.memberships()),
        sorted((r.kind, local.get(r.local_id, ""), str(sorted(r.base.items()))) for _, r in room.sync_records.items()),
        sorted((c.external_id, c.field, str(c.ours), str(c.theirs), str(c.value), c.rule) for c in studio.changes()),
        sorted((c.external_id, c.field, str(c.ours), str(c.theirs)) for c in open_conflicts(studio)),
        sorted(str(sorted(p.values.items())) for p in pushes(studio, PushState.DONE)),
        pushes(studio, PushState.WAITING),
    )


async def completed(studio: Studio, run: Callable[[], Awaitable[object]]) -> None:
    """Two runs: what was made there is brought in step by the second."""
    for _ in range(2):
        await run()
    runs = [each for _, each in studio.store.room(studio.tenant.id).runs.items()]
    assert runs[-1].state is RunState.COMPLETED


@pytest.mark.parametrize("name", list(SCENES))
async def test_killed_anywhere_the_next_run_completes_it(name: str) -> None:
    studio, killer, run = await SCENES[name]()
    start = killer.passed
    await run()
    moments = killer.passed - start
    await completed(studio, run)
    wanted = outcome(studio)
    assert moments > 30
    for moment in range(moments):
        studio, killer, run = await SCENES[name]()
        killer.left = moment
        with pytest.raises(Killed):
            await run()
        killer.left = None
        await completed(studio, run)
        assert outcome(studio) == wanted, f"killed at moment {moment}"
        await rests(studio)


async def planned_edits() -> tuple[Studio, Killer, PlanId]:
    """A plan that only gives the provider what was edited here, and tells of it."""
    studio = Studio(default=Law.NEWEST)
    ids = [studio.attract(f"L{n}") for n in range(2)]
    await studio.leads_synced()
    for external_id in ids:
        await edit_lead(studio, external_id, last_name="Ours")
    run = await planned(studio, "leads")
    assert run.plan_id is not None
    return studio, mortal(studio), run.plan_id


async def test_killed_while_a_plan_is_applied_nothing_of_it_happens_twice() -> None:
    studio, killer, plan_id = await planned_edits()
    start = killer.passed
    await applied(studio, plan_id)
    moments = killer.passed - start
    await completed(studio, studio.leads_synced)
    wanted = outcome(studio)
    assert moments > 20
    for moment in range(moments):
        studio, killer, plan_id = await planned_edits()
        killer.left = moment
        with pytest.raises(Killed):
            await applied(studio, plan_id)
        killer.left = None
        with suppress(PlanStale, IllegalTransition):
            await applied(studio, plan_id)
        await completed(studio, studio.leads_synced)
        assert outcome(studio) == wanted, f"killed at moment {moment}"
