"""A lead is edited here before, while and after it is made at the provider: the edit holds, whoever is first."""

import pytest

from tresen.adapters.memory.gym_books import Entry
from tresen.application.sync.edit_outlook import Outlooks, Reach
from tresen.application.sync.kinds import LEAD
from tresen.domain.sync.edit_fate import Fate

from ..stirring import stir
from ..studio import A_MINUTE, Studio
from .scene import captured, set_policy
from .test_edited_on_the_way import once, settled
from .test_editing import lead_edit


async def making() -> Studio:
    """A gym at which leads of ours are made."""
    studio = Studio()
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    return studio


def made(studio: Studio) -> Entry:
    """Ann, as the gym has her."""
    (entry,) = [each for each in studio.books.leads.entries() if each.values["first_name"] == "Ann"]
    return entry


async def test_an_edit_of_one_that_is_tied_at_that_moment_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question what its provider takes and the edit a run has it made."""
    studio = await making()
    ann = await captured(studio, "Ann", phone="030 1")
    reach = Outlooks.reach

    async def make() -> None:
        await studio.leads_synced(whole=True)

    meanwhile = once(make)

    async def reach_and_make(outlooks: Outlooks, *which: object) -> Reach:
        found = await reach(outlooks, *which)  # type: ignore[arg-type] # as it was called
        await meanwhile()
        return found

    monkeypatch.setattr(Outlooks, "reach", reach_and_make)
    edited = await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))
    assert [(each.field, each.fate) for each in edited.prospects] == [("phone", Fate.PUSH)]
    await settled(studio)
    assert made(studio).values["phone"] == "030 2"


async def test_of_two_edits_while_it_was_made_one_that_is_overtaken_takes_no_other_with_it() -> None:
    studio = await making()
    ann = await captured(studio, "Ann", phone="030 1")

    async def again() -> None:
        await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2", last_name="King"))

    stir(studio.gym, LEAD, once(again), at="writes")
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(made(studio).external_id, {"phone": "030 9"})
    await settled(studio)
    assert (made(studio).values["last_name"], made(studio).values["phone"]) == ("King", "030 9")
    (ours,) = [lead for lead in studio.leads() if lead.id == ann.id]
    assert (ours.last_name, ours.phone and ours.phone.raw) == ("King", "030 9")
