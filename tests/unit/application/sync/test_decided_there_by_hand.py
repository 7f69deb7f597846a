"""What a person decides and the provider takes no value of is asked of the staff, and not pushed in vain."""

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.domain.shared.ids import ConflictId
from tresen.domain.staff.task import TaskReason, TaskState
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState

from ..studio import A_DAY, A_MINUTE, Studio
from .scene import open_conflicts, pushes, set_policy


async def asked(studio: Studio, field: str = "location", *, ours: str = "7", theirs: str = "8") -> ConflictId:
    """Both sides changed a field whose law is to ask; a gym takes no value of a member's location."""
    await set_policy(studio, "member", fields={field: "ask"})
    ada = studio.enrol()
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    await studio.edit_member(ada, **{field: ours})
    studio.books.members.edit(ada, {field: theirs})
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    return conflict.id


async def decide(studio: Studio, conflict_id: ConflictId, choice: Choice, value: str | None = None) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict_id, choice=choice, value=value, by="Eva")
    )


@pytest.mark.parametrize(("choice", "value", "wanted"), [(Choice.OURS, None, "7"), (Choice.VALUE, "9", "9")])
async def test_it_is_asked_of_the_staff_and_nothing_is_pushed(
    studio: Studio, choice: Choice, value: str | None, wanted: str
) -> None:
    await decide(studio, await asked(studio), choice, value)
    (task,) = await studio.tasks()
    assert task.title == "Change location of the member Ada Byron at the provider"
    assert (task.operation, task.reason, task.details["location"]) == (
        "update_member",
        TaskReason.UNSUPPORTED,
        wanted,
    )
    assert task.details["why"] == "Eva decided it here, and no value of it can be written there"
    for _ in range(2):
        run = await studio.members_synced(whole=True)
        assert (run.counts.refused, run.counts.dropped) == (0, 0)
    assert (pushes(studio), studio.members()[0].location) == ([], wanted)
    assert [each.state for each in await studio.tasks()] == [TaskState.OPEN]


async def test_the_sync_that_sees_it_done_there_closes_the_task(studio: Studio) -> None:
    await decide(studio, await asked(studio), Choice.OURS)
    (ada,) = studio.books.members.entries()
    studio.books.members.edit(ada.external_id, {"location": "7"})
    await studio.members_synced()
    assert [each.state for each in await studio.tasks()] == [TaskState.DONE]


async def test_where_theirs_is_taken_nobody_is_asked(studio: Studio) -> None:
    await decide(studio, await asked(studio), Choice.THEIRS)
    assert (list(await studio.tasks()), pushes(studio)) == ([], [])


async def test_what_the_provider_takes_is_pushed_as_ever(studio: Studio) -> None:
    await decide(studio, await asked(studio, "city"), Choice.OURS)
    assert list(await studio.tasks()) == []
    assert [push.values for push in pushes(studio)] == [{"city": "7"}]


async def test_what_is_decided_and_the_provider_refuses_is_asked_of_the_staff(studio: Studio) -> None:
    conflict_id = await asked(studio, "city")
    studio.gym.habits = Habits(refuses={"city": ["7"]})
    await decide(studio, conflict_id, Choice.OURS)
    await studio.members_synced()
    assert [push.state for push in pushes(studio)] == [PushState.REFUSED]
    (task,) = await studio.tasks()
    assert (task.reason, task.details["city"]) == (TaskReason.REJECTED, "7")


async def test_who_opens_the_conflict_again_asks_nobody_there_any_more(studio: Studio) -> None:
    conflict_id = await asked(studio)
    await decide(studio, conflict_id, Choice.OURS)
    await studio.desk.reopen(studio.tenant.id, conflict_id, by="Eva")
    assert [each.state for each in await studio.tasks()] == [TaskState.DONE]
    studio.clock.advance(A_DAY)
    await studio.members_synced(whole=True)
    assert [each.id for each in open_conflicts(studio)] == [conflict_id]
    await decide(studio, conflict_id, Choice.OURS)
    assert [each.state for each in await studio.tasks()] == [TaskState.DONE, TaskState.OPEN]
