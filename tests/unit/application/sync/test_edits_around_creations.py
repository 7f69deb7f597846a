"""A lead is edited here before, while and after it is made at the provider: the edit holds, whoever is first."""

import pytest

from tresen.application.sync.edit_outlook import Outlooks, Reach
from tresen.application.sync.kinds import LEAD
from tresen.domain.sync.edit_fate import Fate

from ..studio import Studio
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


async def test_an_edit_of_one_that_is_tied_at_that_moment_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question what its provider takes and the edit a run has it made."""
    studio = await making()
    ann = await captured(studio, "Ann", phone="030 1")
    reach = Outlooks.reach

    async def make() -> None:
        await studio.leads_synced(whole=True)

    made = once(make)

    async def reach_and_make(outlooks: Outlooks, *which: object) -> Reach:
        found = await reach(outlooks, *which)  # type: ignore[arg-type] # as it was called
        await made()
        return found

    monkeypatch.setattr(Outlooks, "reach", reach_and_make)
    edited = await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))
    assert [(each.field, each.fate) for each in edited.prospects] == [("phone", Fate.PUSH)]
    await settled(studio)
    (there,) = [entry for entry in studio.books.leads.entries() if entry.values["first_name"] == "Ann"]
    assert there.values["phone"] == "030 2"
