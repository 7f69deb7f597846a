"""So many new ones that say the same as ours that these are not asked for one by one: everything is listed."""

import pytest

from tresen.domain.sync.run import RunState

from ..studio import AN_HOUR, Studio
from .scene import edit_lead, gets, open_conflicts, rests

# More than are asked for one by one.
MANY = 101


async def gym_of(number: int) -> tuple[Studio, list[str]]:
    """In step, and so much later that no overlap shows again what was there; three leads are edited here."""
    studio = Studio(page_size=100)
    ids = [studio.attract(f"Ann{n}") for n in range(number)]
    await studio.leads_synced(whole=True)
    for _ in range(2):
        studio.clock.advance(AN_HOUR)
        await studio.leads_synced()
    studio.clock.advance(AN_HOUR)
    for one in ids[:3]:
        await edit_lead(studio, one, last_name="Edited here")
    return studio, ids


@pytest.mark.parametrize("number", [MANY - 2, MANY + 4])
async def test_all_that_come_back_under_new_ids_are_held_by_the_guard_and_not_doubled(number: int) -> None:
    studio, ids = await gym_of(number)
    values = [dict(studio.books.leads.get(one).values) for one in ids]
    for one in ids:
        studio.books.leads.remove(one)
    studio.books.leads.tombstones.clear()
    for each in values:
        studio.books.leads.add(each)
    run = await studio.leads_synced()
    assert run.state is RunState.HELD
    assert f"{number} of {number} records" in str(run.reason)
    assert len(studio.leads()) == number


async def test_those_who_share_the_addresses_of_ours_are_new_where_ours_are_there_still() -> None:
    studio, ids = await gym_of(MANY)
    asked = gets(studio)
    for one in ids:
        values = dict(studio.books.leads.get(one).values)
        studio.books.leads.add({**values, "first_name": "Sibling"})
    run = await studio.leads_synced()
    assert (run.state, run.counts.created) == (RunState.COMPLETED, MANY)
    assert gets(studio) == asked, "the listing told"
    assert len(studio.leads()) == 2 * MANY
    assert open_conflicts(studio) == []
    await rests(studio)
