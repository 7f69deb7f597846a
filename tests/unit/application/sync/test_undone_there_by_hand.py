"""What an undo gives back and the provider takes no value of is asked of the staff, and not pushed in vain."""

import attrs
import pytest

from tresen.adapters.memory.gym_habits import WRITABLE, Habits
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import RecordUndo, UndoTarget
from tresen.domain.membership.status import Status
from tresen.domain.staff.task import StaffTask, TaskReason, TaskState
from tresen.domain.sync.journal import Change
from tresen.domain.sync.push import PushState

from ..membership.test_changes import sold_here
from ..studio import A_DAY, A_MINUTE, Studio
from .scene import pushes, set_policy
from .test_editing import edit, synced


async def cancelled() -> tuple[Studio, Change]:
    """A membership that somebody cancelled, and the journal's line of its end."""
    studio = Studio()
    gold = await sold_here(studio)
    await studio.cancel_membership(Cancellation(tenant_id=studio.tenant.id, membership_id=gold.id, reason="moves away"))
    (line,) = [line for line in studio.changes() if line.field == "cancels_on"]
    return studio, line


async def undone(studio: Studio, line: Change) -> Undone:
    studio.clock.advance(A_MINUTE)
    return await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Eva")


async def previewed(studio: Studio, target: UndoTarget) -> RecordUndo:
    (found,) = await studio.desk.plan_undo(studio.tenant.id, target)
    return found


async def open_tasks(studio: Studio) -> list[StaffTask]:
    return [task for task in await studio.tasks() if task.state is TaskState.OPEN]


async def test_an_undone_cancellation_is_asked_of_the_staff_and_nothing_is_pushed() -> None:
    studio, line = await cancelled()
    target = UndoTarget(change_id=line.id)
    assert (await previewed(studio, target)).for_staff == ("cancels_on",)
    assert list(await studio.tasks()) == []
    done = await undone(studio, line)
    (task,) = await studio.tasks()
    assert (task.operation, task.reason) == ("update_membership", TaskReason.UNSUPPORTED)
    assert task.title == "Clear cancels_on of the membership Gold of Ada Byron at the provider"
    assert task.details == {
        "external_id": "1001",
        "cancels_on": None,
        "account": "main",
        "why": "Eva undid it here, and no value of it can be written there",
    }
    assert task.subject == f"membership:{studio.membership('1001').id}"
    assert done.records[0].for_staff == ("cancels_on",)
    for _ in range(2):
        run = await studio.members_synced(whole=True)
        assert (run.counts.refused, run.counts.dropped) == (0, 0)
    assert pushes(studio) == []
    assert [each.field for each in await studio.desk.overrides(studio.tenant.id)] == ["cancels_on"]
    assert studio.membership("1001").terms.cancels_on is None
    assert [each.id for each in await open_tasks(studio)] == [task.id]


async def test_undone_as_a_whole_it_is_one_task() -> None:
    studio, line = await cancelled()
    studio.clock.advance(A_MINUTE)
    for _ in range(2):
        await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=line.run_id), by="Eva")
    (task,) = await studio.tasks()
    assert (
        task.title == "Change flagged_active and clear cancels_on of the membership Gold of Ada Byron at the provider"
    )
    assert (task.details["flagged_active"], task.details["cancels_on"]) == ("True", None)
    assert studio.membership("1001").status is Status.ACTIVE


async def test_who_undoes_that_undo_needs_nobody_there_any_more() -> None:
    studio, line = await cancelled()
    await undone(studio, line)
    back = next(each for each in studio.changes() if each.rule == "undone")
    assert (await previewed(studio, UndoTarget(change_id=back.id))).for_staff == ()
    await undone(studio, back)
    (task,) = await studio.tasks()
    assert (task.state, task.note) == (TaskState.DONE, "replaced by a newer request")


@pytest.mark.parametrize(("law", "state"), [("theirs", TaskState.DONE), ("ask", TaskState.OPEN)])
async def test_who_takes_its_pin_away_needs_somebody_there_only_where_ours_stays(law: str, state: TaskState) -> None:
    studio, line = await cancelled()
    await undone(studio, line)
    await set_policy(studio, "membership", fields={"cancels_on": law})
    (pin,) = await studio.desk.overrides(studio.tenant.id)
    await studio.desk.remove_override(
        studio.tenant.id,
        account_id=pin.account_id,
        kind=pin.kind,
        external_id=pin.external_id,
        field=pin.field,
        by="Eva",
    )
    assert [task.state for task in await studio.tasks()] == [state]
    await studio.members_synced(whole=True)
    assert (studio.membership("1001").terms.cancels_on is None) is (law == "ask")


async def test_what_somebody_edited_since_is_asked_of_nobody_unless_it_is_put_back_all_the_same() -> None:
    studio, line = await cancelled()
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", {"cancels_on": "2026-12-31"})
    await studio.members_synced()
    done = await undone(studio, line)
    assert (done.records, await studio.tasks()) == ((), ())
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Eva", overtaken=True)
    assert len(await studio.tasks()) == 1


async def test_so_it_is_where_writing_is_switched_off() -> None:
    studio, line = await cancelled()
    studio.change_account(writes_enabled=False)
    await undone(studio, line)
    (task,) = await studio.tasks()
    assert task.reason is TaskReason.UNSUPPORTED


async def test_of_a_member_only_what_the_provider_does_not_take_is_asked_and_the_rest_is_pushed() -> None:
    studio, ada = await synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"city": "Bonn", "location": "7"})
    run = await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    (task,) = await studio.tasks()
    assert task.title == "Clear location of the member Ada Byron at the provider"
    assert [push.values for push in pushes(studio)] == [{"city": "Berlin"}]
    await studio.members_synced()
    assert [push.state for push in pushes(studio)] == [PushState.DONE]
    assert studio.books.members.get(ada).values["city"] == "Berlin"
    assert len(await studio.tasks()) == 1


async def test_a_field_that_the_provider_was_never_seen_to_hold_is_asked_of_nobody_and_not_pushed() -> None:
    studio = Studio()
    grace = studio.attract()
    del studio.books.leads.get(grace).values["message"]
    await studio.leads_synced()
    wish = LeadEdit(tenant_id=studio.tenant.id, lead_id=studio.lead(grace).id, message="call me", by="Eva")
    await studio.desk.edit_lead(wish)
    await studio.desk.edit_lead(attrs.evolve(wish, message="call me soon"))
    (line,) = [each for each in studio.changes() if each.value == "call me soon"]
    assert (await previewed(studio, UndoTarget(change_id=line.id))).for_staff == ()
    await undone(studio, line)
    assert studio.lead(grace).message == "call me"
    assert (list(await studio.tasks()), pushes(studio)) == ([], [])


async def test_where_nobody_can_tell_what_the_provider_takes_its_refusal_is_asked_of_the_staff() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Bonn")
    await studio.members_synced()
    line = next(each for each in studio.changes() if each.value == "Bonn")
    await undone(studio, line)
    assert list(await studio.tasks()) == []
    studio.gym.habits = Habits(writable={**WRITABLE, "member": WRITABLE["member"] - {"city"}})
    for _ in range(3):
        studio.clock.advance(A_DAY)
        await studio.members_synced(whole=True)
    (task,) = await studio.tasks()
    assert (task.reason, task.details["city"]) == (TaskReason.REJECTED, "Berlin")
    assert [push.state for push in pushes(studio)][-1:] == [PushState.REFUSED]
