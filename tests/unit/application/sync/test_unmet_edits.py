"""An edit at the counter that the provider does not take after all does not vanish silently: somebody is asked."""

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.domain.staff.task import StaffTask, TaskReason
from tresen.domain.sync.journal import PUSHED
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState
from tresen.domain.sync.schema import Values

from ..studio import A_DAY, A_MINUTE, Studio
from .scene import pushes, there
from .test_editing import edit, synced


class _Deaf(Habits):
    def spelled(self, values: Values) -> Values:
        return {name: value for name, value in values.items() if name != "city"}


async def asked(studio: Studio) -> StaffTask:
    (task,) = await studio.tasks()
    return task


@pytest.mark.parametrize("habits", [Habits(refuses={"city": ["Bonn"]}), _Deaf()], ids=["refuses it", "keeps its own"])
async def test_what_the_provider_refuses_is_asked_of_the_staff_once(habits: Habits) -> None:
    studio, ada = await synced()
    studio.gym.habits = habits
    await edit(studio, ada, city="Bonn")
    for _ in range(3):
        studio.clock.advance(A_DAY)
        await studio.members_synced(whole=True)
    task = await asked(studio)
    assert (task.reason, task.details["city"], task.details["external_id"]) == (TaskReason.REJECTED, "Bonn", ada)
    assert task.title == "Change city of the member Ada Byron at the provider"
    assert [push.state for push in pushes(studio)] == [PushState.REFUSED]
    assert there(studio, ada, "city") == "Berlin"


async def test_what_may_not_be_written_any_more_is_asked_of_the_staff() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Bonn")
    studio.change_account(writes_enabled=False)
    await studio.members_synced()
    task = await asked(studio)
    assert (task.reason, task.details["city"]) == (TaskReason.WRITES_DISABLED, "Bonn")


async def test_what_the_provider_takes_and_what_no_person_edited_here_is_asked_of_nobody() -> None:
    studio, ada = await synced(Law.OURS)
    await edit(studio, ada, city="Bonn")
    await studio.members_synced()
    assert there(studio, ada, "city") == "Bonn"
    assert any(change.rule == PUSHED for change in studio.changes())
    studio.gym.habits = Habits(refuses={"city": ["Bonn"]})
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"city": "Kiel"})
    await studio.members_synced()
    assert there(studio, ada, "city") == "Kiel"
    assert list(await studio.tasks()) == []
