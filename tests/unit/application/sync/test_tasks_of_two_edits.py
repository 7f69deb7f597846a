"""Of two edits of one field staff are asked for the later one alone, however the earlier one ends."""

import pytest

from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.push import PushState

from ..studio import Studio
from .scene import pushes, rests, there
from .test_edited_on_the_way import DOWN, settled
from .test_editing import edit, fates, open_tasks, synced


async def wanted(studio: Studio) -> list[object]:
    """The cities that staff are asked for."""
    return [details["city"] for _, details in await open_tasks(studio) if "city" in details]


async def tried_in_vain(studio: Studio, waiting: int) -> None:
    """A run tries at its beginning and at its end."""
    for _ in range(2 * waiting):
        studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()


@pytest.mark.parametrize("tried", [False, True])
async def test_an_edit_that_becomes_a_task_takes_the_place_of_one_that_waits(tried: bool) -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="One", phone="030 77")
    if tried:
        await tried_in_vain(studio, 2)
    studio.change_account(writes_enabled=False)
    assert fates(await edit(studio, ada, city="Two")) == {"city": Fate.TASK}
    await settled(studio)
    assert await wanted(studio) == ["Two"]
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Berlin", "Berlin")
    assert not pushes(studio, PushState.WAITING)
    await rests(studio)


async def test_of_two_that_are_withdrawn_together_the_later_one_is_asked_for() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="One")
    await tried_in_vain(studio, 1)
    await edit(studio, ada, city="Two")
    studio.change_account(writes_enabled=False)
    await settled(studio)
    assert await wanted(studio) == ["Two"]


async def test_one_that_is_replaced_while_writing_is_off_is_not_written_once_it_is_on() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="One")
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, city="Two")
    studio.change_account(writes_enabled=True)
    await settled(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Berlin", "Berlin")
    assert await wanted(studio) == ["Two"]
