"""A person closes a task once."""

from datetime import timedelta

import pytest

from tresen.application.leads.create_lead import NewLead
from tresen.application.staff.complete_task import TaskDone
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.shared.errors import IllegalTransition, NotFound
from tresen.domain.staff.task import StaffTask, TaskState

from ..studio import Studio


async def a_task(studio: Studio) -> StaffTask:
    studio.change_account(writes_enabled=False)
    await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org")
    )
    return (await studio.tasks())[0]


async def test_who_closed_it_when_and_how_is_kept(studio: Studio) -> None:
    task = await a_task(studio)
    studio.clock.advance(timedelta(hours=2))
    await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=task.id, by="Ada", note="by phone"))
    (stored,) = await studio.tasks()
    assert (stored.state, stored.done_by, stored.note) == (TaskState.DONE, "Ada", "by phone")
    assert stored.done_at == studio.clock.now()


async def test_closing_twice_is_refused_and_keeps_the_first(studio: Studio) -> None:
    task = await a_task(studio)
    await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=task.id, by="Ada"))
    with pytest.raises(IllegalTransition):
        await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=task.id, by="Bob"))
    assert (await studio.tasks())[0].done_by == "Ada"


async def test_a_foreign_task_is_not_found(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    task = await a_task(studio)
    with pytest.raises(NotFound):
        await studio.complete_task(TaskDone(tenant_id=other.id, task_id=task.id, by="Eve"))
