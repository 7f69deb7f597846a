"""An edit waits behind an earlier one of the same field: when that one ends in vain, the later one holds."""

from typing import Any

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.staff.task import TaskState
from tresen.domain.sync.push import PushState
from tresen.domain.sync.schema import Values

from ..studio import Studio
from .scene import pushes, set_policy, there
from .test_edited_on_the_way import DOWN, settled
from .test_editing import edit, synced


async def tried(**values: Any) -> tuple[Studio, str]:
    """An edit that was sent and not answered for: nothing of it arrived."""
    studio, ada = await synced()
    await edit(studio, ada, **values)
    for _ in range(2):
        studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    return studio, ada


async def asked(studio: Studio) -> list[object]:
    """The cities that the staff are asked for."""
    return [task.details.get("city") for task in await studio.tasks() if task.state is TaskState.OPEN]


class _Deaf(Habits):
    def spelled(self, values: Values) -> Values:
        return {name: value for name, value in values.items() if value != "Bad"}


@pytest.mark.parametrize("habits", [Habits(refuses={"city": ["Bad"]}), _Deaf()], ids=["refuses it", "keeps its own"])
async def test_it_goes_there_though_the_one_before_is_refused(habits: Habits) -> None:
    studio, ada = await tried(city="Bad")
    await edit(studio, ada, city="Good")
    studio.gym.habits = habits
    await settled(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Good", "Good")
    assert await asked(studio) == [], "nobody wants the other one any more"


async def test_of_three_the_last_one_goes_there() -> None:
    studio, ada = await tried(city="Bad")
    await edit(studio, ada, city="Worse")
    await edit(studio, ada, city="Good")
    studio.gym.habits = Habits(refuses={"city": ["Bad", "Worse"]})
    await settled(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Good", "Good")


async def test_what_somebody_changed_there_meanwhile_stands_all_the_same() -> None:
    studio, ada = await tried(city="Bad")
    await edit(studio, ada, city="Good")
    studio.books.members.edit(ada, {"city": "Kiel"})
    await settled(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Kiel", "Kiel")


async def test_no_part_of_one_that_is_split_overtakes_it() -> None:
    """Several values go together where a law decides, which is another one by now."""
    studio = Studio()
    await set_policy(studio, MEMBER, default="ours")
    ada = studio.enrol(city="Berlin")
    await studio.members_synced()
    await studio.edit_member(ada, city="Bonn", street="Bad")
    for _ in range(2):
        studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    await set_policy(studio, MEMBER, default="theirs")
    await edit(studio, ada, city="Good")
    studio.gym.habits = Habits(refuses={"street": ["Bad"]})
    await settled(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Good", "Good")
    assert [push.values for push in pushes(studio, PushState.REFUSED)] == [{"street": "Bad"}]


@pytest.mark.parametrize("city", ["Two", None])
async def test_staff_are_not_asked_for_a_value_after_a_later_one(city: str | None) -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="One")
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, city=city)
    await settled(studio)
    assert await asked(studio) == [city]


async def test_it_is_not_tried_before_the_one_before_is_answered_for() -> None:
    studio, ada = await tried(city="Bonn")
    await edit(studio, ada, city="Good")
    studio.gym.faults.fail_next("members.push", DOWN)
    await settled(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Good", "Good")
