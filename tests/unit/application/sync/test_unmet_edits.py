"""An edit at the counter that the provider does not take after all does not vanish silently: somebody is asked."""

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.staff.task import StaffTask, TaskReason
from tresen.domain.sync.journal import PUSHED
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState
from tresen.domain.sync.schema import Values

from ..stirring import calm, stir
from ..studio import A_DAY, A_MINUTE, Studio
from .scene import pushes, there
from .test_edited_on_the_way import once, settled
from .test_editing import edit, synced
from .test_moving import THERE, moves


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


async def test_what_waits_for_a_record_that_nobody_can_read_is_asked_of_the_staff() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Bonn")
    studio.books.members.spoil(ada)
    await studio.members_synced()
    studio.books.members.get(ada).unreadable = False
    await settled(studio)
    task = await asked(studio)
    assert (task.reason, task.details["city"]) == (TaskReason.OUTCOME_UNKNOWN, "Bonn")
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Berlin", "Berlin")


async def test_what_waits_for_a_record_in_whose_place_another_is_shown_is_asked_of_the_staff(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio, ada = await synced()
    bea, find = studio.enrol("Bea"), studio.books.members.find
    await edit(studio, ada, city="Bonn")
    monkeypatch.setattr(studio.books.members, "find", lambda _: find(bea))
    await studio.members_synced()
    monkeypatch.setattr(studio.books.members, "find", find)
    await settled(studio)
    task = await asked(studio)
    assert (task.reason, task.details["city"]) == (TaskReason.OUTCOME_UNKNOWN, "Bonn")


async def test_what_waits_for_a_gym_that_the_account_leads_to_no_more_is_asked_of_the_staff() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Bonn")
    studio.sync_members._sync._gyms._gyms[THERE] = studio.gym  # type: ignore[attr-defined] # the fake's own table
    await moves(studio)
    await settled(studio)
    task = await asked(studio)
    assert (task.reason, task.details["city"], task.details["external_id"]) == (TaskReason.OUTCOME_UNKNOWN, "Bonn", ada)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Berlin", "Berlin")


async def test_what_is_undone_while_the_provider_does_not_take_it_is_asked_of_nobody() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Bonn")
    (line,) = studio.changes()
    studio.gym.habits = _Deaf()

    async def undo() -> None:
        await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Eva")

    stir(studio.gym, "member", once(undo), at="writes")
    run = await studio.members_synced()
    calm(studio.gym)
    await settled(studio)
    assert list(await studio.tasks()) == []
    (push,) = pushes(studio)
    assert (push.state, push.why) == (PushState.DROPPED, "somebody decided otherwise")
    assert run.counts.refused == 0
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Berlin", "Berlin")
