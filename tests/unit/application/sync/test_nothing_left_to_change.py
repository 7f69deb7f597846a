"""What staff are asked to change of a record ends when the record is gone on both sides, and not before."""

from tresen.application.sync.runs.tasks_seen_done import GONE
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import MACHINE, TaskReason, TaskState

from ..gym.test_done_later import open_tasks, states
from ..gym.test_written_over import update
from ..membership.test_changes import cancellation, sold_here
from ..membership.test_changes import update as change
from ..studio import A_MINUTE, Studio
from .scene import set_policy
from .test_editing import edit, synced

OVER = (TaskState.DONE, GONE)


async def asked_of_lead(studio: Studio) -> str:
    """Staff are asked to change Grace's notes."""
    studio.attract("Other")
    grace = studio.attract()
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    assert (await update(studio, grace, notes="one")).task is not None
    return grace


async def test_of_a_lead(studio: Studio) -> None:
    grace = await asked_of_lead(studio)
    studio.books.leads.remove(grace)
    await studio.leads_synced(whole=True)
    assert await states(studio) == [OVER]
    (task,) = await studio.tasks()
    assert (task.done_by, task.done_at) == (MACHINE, studio.clock.now())


async def test_of_a_lead_that_was_gone_there_when_it_was_to_be_changed(studio: Studio) -> None:
    studio.attract("Other")
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.remove(grace)
    task = (await update(studio, grace, notes="one")).task
    assert task is not None
    assert task.reason is TaskReason.REJECTED
    await studio.leads_synced(whole=True)
    assert await states(studio) == [OVER]


async def test_of_a_member() -> None:
    studio, ada = await synced()
    studio.enrol("Other")
    await studio.members_synced()
    studio.change_account(writes_enabled=False)
    assert (await edit(studio, ada, city="Bonn")).task is not None
    studio.books.members.remove(ada)
    await studio.members_synced(whole=True)
    assert await states(studio) == [OVER]


async def test_of_a_membership(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    await studio.update_membership(change(studio, gold, package="Silver"))
    studio.books.memberships.remove("1001")
    await studio.members_synced(whole=True)
    assert list(studio.memberships()) == []
    assert await states(studio) == [OVER, OVER]


async def test_while_it_is_here_it_is_asked_for(studio: Studio) -> None:
    grace = await asked_of_lead(studio)
    await set_policy(studio, "lead", delete_here=False)
    studio.books.leads.remove(grace)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert len(await open_tasks(studio)) == 1


async def test_while_it_is_there_it_is_asked_for(studio: Studio) -> None:
    grace = await asked_of_lead(studio)
    lead = studio.lead(grace)
    await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove_many([lead]))
    await studio.leads_synced()
    assert len(await open_tasks(studio)) == 1
    studio.books.leads.remove(grace)
    await studio.leads_synced(whole=True)
    assert await states(studio) == [OVER]


async def test_what_stood_there_is_told_on(studio: Studio) -> None:
    studio.attract("Other")
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"notes": "one"})
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"))
    await update(studio, grace, notes="two")
    studio.books.leads.remove(grace)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    (task,) = await open_tasks(studio)
    assert (task.reason, task.details["stood_there"]) == (TaskReason.UNDECIDED, "notes: one")


async def test_what_a_person_decides_stays(studio: Studio) -> None:
    grace = await asked_of_lead(studio)
    (task,) = await open_tasks(studio)
    task.reason = TaskReason.UNDECIDED
    studio.store.room(studio.tenant.id).tasks.put(task.id, task)
    studio.books.leads.remove(grace)
    await studio.leads_synced(whole=True)
    assert [one.id for one in await open_tasks(studio)] == [task.id]


async def test_not_of_what_the_provider_has_no_field_for(studio: Studio) -> None:
    """Somebody may have written that, and it stands nowhere else any more."""
    grace = await asked_of_lead(studio)
    (asked,) = studio.store.room(studio.tenant.id).tasks.rows()
    asked.reason = TaskReason.UNSUPPORTED
    studio.books.leads.remove(grace)
    await studio.leads_synced(whole=True)
    assert [state for state, _ in await states(studio)] == [TaskState.OPEN]
