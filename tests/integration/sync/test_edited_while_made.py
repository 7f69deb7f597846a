"""A lead is edited while it is made at the provider: on PostgreSQL, where both write at the same time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import attrs
import pytest

from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.adapters.emulators.wodify.shapes import Lead as WodifyLead
from tresen.adapters.persistence.repositories.gym import SqlLeads
from tresen.adapters.persistence.repositories.pushes import SqlPushes
from tresen.application.leads.create_lead import NewLead
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.pushes.confirming import Answer
from tresen.application.sync.pushes.push_books import PushBooks
from tresen.application.sync.records.run_books import Opened
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.push import Push

from .gym import Gym, opened
from .two_sides import emulated

T = TypeVar("T")
Edit = Callable[[Gym, Lead], Awaitable[object]]
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def may_write(gym: Gym, may: bool) -> None:
    async def switch(uow: UnitOfWork) -> None:
        account = await uow.accounts.get(gym.account.id)
        account.writes_enabled = may
        await uow.accounts.save(account)

    await gym.transactions.run(gym.tenant.id, "switch", switch)


async def captured(gym: Gym) -> Lead:
    """A lead that only we have, and that the next run makes at the provider."""
    await may_write(gym, False)
    new = NewLead(tenant_id=gym.tenant.id, first_name="Ann", last_name="Made", email="ann@example.org")
    lead = (await gym.use_cases.create_lead(new)).lead
    await may_write(gym, True)
    return lead


@attrs.define
class Meeting:
    """An edit is stopped in its transaction while a run takes ``step``: which of them is first, the database decides.

    ``over`` waits until the step is taken, or waits for the edit.
    """

    edit: Callable[[], Awaitable[object]]
    over: Callable[["asyncio.Future[Any]"], Awaitable[None]]
    stopped: asyncio.Event = attrs.field(factory=asyncio.Event)
    go_on: asyncio.Event = attrs.field(factory=asyncio.Event)
    editing: "asyncio.Future[object] | None" = None

    async def stop(self) -> None:
        """Here, if it is the edit that comes by."""
        if asyncio.current_task() is self.editing:
            self.stopped.set()
            await self.go_on.wait()

    async def step(self, taking: Coroutine[Any, Any, T]) -> T:
        """What the step came to."""
        self.editing = asyncio.ensure_future(self.edit())
        await self.stopped.wait()
        taken = asyncio.ensure_future(taking)
        await self.over(taken)
        self.go_on.set()
        await self.editing
        return await taken


@attrs.frozen
class Scene:
    """A gym that is in step, but for a lead that the next run makes at the provider."""

    gym: Gym
    provider: WodifyEmulator
    lead: Lead
    database: asyncpg.Connection

    def meeting(self, edit: Edit) -> Meeting:
        return Meeting(lambda: edit(self.gym, self.lead), self.over)

    async def over(self, step: "asyncio.Future[Any]") -> None:
        while not step.done() and not await self.database.fetchval(WAITS):
            pass

    async def run(self) -> None:
        await self.gym.use_cases.sync.leads(self.gym.tenant.id, self.gym.account.id, force=True, whole=True)


@pytest.fixture
async def scene(tmp_path: Path, postgres_url: str) -> AsyncIterator[Scene]:
    provider = emulated()
    async with (
        asyncio.timeout(300),
        provider.serving() as url,
        opened(tmp_path, postgres_url, url) as gym,
        asyncpg.create_pool(postgres_url, min_size=1, max_size=1) as pool,
        pool.acquire() as database,
    ):
        await gym.use_cases.sync.set_policy(gym.tenant.id, "lead", {"create_there": True}, by="Eva")
        await gym.sync()
        yield Scene(gym, provider, await captured(gym), database)


async def last_name(gym: Gym, lead: Lead) -> object:
    wish = LeadEdit(tenant_id=gym.tenant.id, lead_id=lead.id, by="Eva", last_name="Edited")
    return await gym.use_cases.sync.edit_lead(wish)


async def notes(gym: Gym, lead: Lead) -> object:
    return await gym.use_cases.update_lead(LeadUpdate(tenant_id=gym.tenant.id, lead_id=lead.id, notes="Edited"))


def shown(lead: Lead | WodifyLead, edit: Edit) -> str | None:
    return lead.last_name if edit is last_name else lead.notes


@pytest.mark.parametrize("edit", [last_name, notes])
async def test_an_edit_that_is_committed_while_its_lead_is_made_goes_after_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, edit: Edit
) -> None:
    meeting, save, confirm = scene.meeting(edit), SqlLeads.save, PushBooks.confirm

    async def save_and_stop(leads: SqlLeads, lead: Lead) -> None:
        await save(leads, lead)
        await meeting.stop()

    async def meet(books: PushBooks[Lead], opened: Opened, push: Push, answer: Answer | None) -> bool:
        return await meeting.step(confirm(books, opened, push, answer))

    with monkeypatch.context() as patch:
        patch.setattr(SqlLeads, "save", save_and_stop)
        patch.setattr(PushBooks, "confirm", meet)
        await scene.run()
    for _ in range(2):
        await scene.gym.sync()
    ours = await scene.gym.transactions.read(scene.gym.tenant.id, lambda uow: uow.leads.get(scene.lead.id))
    (theirs,) = [one for one in scene.provider.state.leads if one.email == "ann@example.org"]
    assert (shown(ours, edit), shown(theirs, edit)) == ("Edited", "Edited")


async def test_what_is_sent_is_what_is_kept_though_somebody_edits_it_at_that_moment(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it counted as never tried, though it may be there already."""
    meeting, save, begin = scene.meeting(last_name), SqlPushes.save, PushBooks.begin
    met = list[tuple[Push | None, Push]]()

    async def stop_and_save(pushes: SqlPushes, push: Push) -> None:
        await meeting.stop()
        await save(pushes, push)

    async def meet(books: PushBooks[Lead], opened: Opened, push: Push) -> Push | None:
        begun = await meeting.step(begin(books, opened, push))
        met.append((begun, await scene.gym.transactions.read(scene.gym.tenant.id, lambda uow: uow.pushes.get(push.id))))
        return begun

    with monkeypatch.context() as patch:
        patch.setattr(SqlPushes, "save", stop_and_save)
        patch.setattr(PushBooks, "begin", meet)
        await scene.run()
    ((begun, kept),) = met
    assert begun is not None
    assert (begun.attempts, begun.values["last_name"]) == (kept.attempts, kept.values["last_name"]) == (1, "Edited")
