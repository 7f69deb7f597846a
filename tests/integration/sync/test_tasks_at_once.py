"""A staff task is closed, or taken out, while somebody else saves it: on PostgreSQL, where both write at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.adapters.persistence.repositories.staff import SqlTasks
from tresen.adapters.wodify.gateway import WodifyGateway
from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.ports.sources import Observed
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.staff.complete_task import TaskDone
from tresen.application.sync.records.kinds import MEMBERSHIP
from tresen.application.sync.runs.execution import Execution
from tresen.application.sync.runs.tasks_seen_done import close_what_is_done
from tresen.domain.shared.ids import AccountId, MembershipId
from tresen.domain.shared.page import Listing
from tresen.domain.staff.task import StaffTask, TaskState
from tresen.domain.sync.run import RunState
from tresen.domain.sync.schema import Schema

from .gym import Gym
from .test_counter_at_once import Desks, desks
from .test_edit_here import edit, ours
from .test_edited_while_made import may_write
from .two_sides import emulated


def when_loaded(monkeypatch: pytest.MonkeyPatch, method: str, happen: Callable[[], Awaitable[object]]) -> None:
    """It happens once the next transaction that asks so for open tasks has loaded one."""
    load, left = getattr(SqlTasks, method), [happen]

    async def load_and_wait(self: SqlTasks, *asked: Any) -> Sequence[StaffTask]:
        found: Sequence[StaffTask] = await load(self, *asked)
        if found and left:
            await left.pop()()
        return found

    monkeypatch.setattr(SqlTasks, method, load_and_wait)


def when_closing(monkeypatch: pytest.MonkeyPatch, happen: Callable[[], Awaitable[object]]) -> None:
    """It happens once a run has loaded the tasks of which it closes those about memberships that it saw done."""

    async def close_and_wait(uow: UnitOfWork, account_id: AccountId, schema: Schema, *, now: datetime) -> None:
        if schema.kind == MEMBERSHIP and left:
            when_loaded(monkeypatch, "open_at", left.pop())
        await close_what_is_done(uow, account_id, schema, now=now)

    left = [happen]
    monkeypatch.setattr(f"{Execution.__module__}.close_what_is_done", close_and_wait)


async def task_of(gym: Gym, task: StaffTask | None) -> tuple[TaskState, str | None, str | None]:
    assert task is not None
    found = await gym.transactions.read(gym.tenant.id, lambda uow: uow.tasks.get(task.id))
    return found.state, found.done_by, found.note


async def closed_by_bob(gym: Gym, task: StaffTask | None) -> None:
    assert task is not None
    done = TaskDone(tenant_id=gym.tenant.id, task_id=task.id, by="Bob", note="pays until June")
    await gym.use_cases.complete_task(done)


async def cancellation(both: Desks, provider: WodifyEmulator) -> Cancellation:
    there = next(each for each in provider.state.memberships if each.is_active and each.payment_plan.is_auto_renew)
    membership_id = MembershipId(await ours(both.first, "membership", there.id))
    return Cancellation(tenant_id=both.first.tenant.id, membership_id=membership_id, reason="moves")


async def test_who_closed_a_task_stays_told_where_a_sync_sees_it_done(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = emulated()
    async with asyncio.timeout(300), desks(tmp_path, postgres_url, provider) as both:
        wish = await cancellation(both, provider)
        await may_write(both.first, False)
        task = (await both.first.use_cases.cancel_membership(wish)).task
        (link,) = await both.first.transactions.read(
            both.first.tenant.id, lambda uow: uow.sync_records.of_local("membership", wish.membership_id)
        )
        assert provider.state.edit("memberships", int(link.external_id), b'{"is_active": false, "is_deleted": true}')
        when_closing(monkeypatch, lambda: closed_by_bob(both.second, task))
        runs = await both.first.sync()
        assert [run.state for run in runs] == [RunState.COMPLETED, RunState.COMPLETED]
        assert await task_of(both.first, task) == (TaskState.DONE, "Bob", "pays until June")


async def test_a_sync_completes_where_the_task_of_what_was_begun_is_taken_out(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider has cancelled it, and the answer is taken over while the run closes what it saw done."""
    provider, reached, go_on = emulated(), asyncio.Event(), asyncio.Event()
    cancel = WodifyGateway.cancel_membership

    async def slowly(self: WodifyGateway, external_id: str, *, reason: str) -> Observed:
        answer = await cancel(self, external_id, reason=reason)
        reached.set()
        await go_on.wait()
        return answer

    monkeypatch.setattr(WodifyGateway, "cancel_membership", slowly)
    async with asyncio.timeout(300), desks(tmp_path, postgres_url, provider) as both:
        wish = await cancellation(both, provider)
        cancelling = asyncio.create_task(both.second.use_cases.cancel_membership(wish))
        await reached.wait()

        async def taken_over() -> None:
            go_on.set()
            await cancelling

        when_closing(monkeypatch, taken_over)
        runs = await both.first.sync()
        assert [run.state for run in runs] == [RunState.COMPLETED, RunState.COMPLETED]
        done = await cancelling
        assert (done.task, done.already) == (None, False)
        page = await both.first.use_cases.readers.tasks(both.first.tenant.id, Listing(status="open"))
        assert [task.title for task in page.items] == []


async def test_a_task_that_was_closed_stays_closed_where_an_edit_narrows_it(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = emulated()
    async with asyncio.timeout(300), desks(tmp_path, postgres_url, provider) as both:
        await may_write(both.first, False)
        there = next(each for each in provider.state.clients if each.email)
        asked = (await edit(both.first, there.id, phone="030 111", city="Bonn")).task
        when_loaded(monkeypatch, "open_for", lambda: closed_by_bob(both.second, asked))
        asked_anew = (await edit(both.first, there.id, phone="030 222")).task
        assert await task_of(both.first, asked) == (TaskState.DONE, "Bob", "pays until June")
        assert await task_of(both.first, asked_anew) == (TaskState.OPEN, None, None)
