"""What is changed at the counter goes before whatever was decided about the same field: it is answered as it stands."""

from typing import Any

import pytest

from tresen.application.leads.update_lead import LeadUpdate, UpdatedLead
from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.ports.gym import LeadPatch
from tresen.application.ports.sources import Observed
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.stage import Stage
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, Studio
from .scene import edit_lead, open_conflicts, set_policy
from .test_edited_on_the_way import settled
from .test_pins_that_end import decide, told


async def undo(studio: Studio, run: Run) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")


async def change(studio: Studio, grace: str, **values: Any) -> UpdatedLead:
    studio.clock.advance(A_MINUTE)
    return await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=studio.lead(grace).id, **values))


async def pinned() -> tuple[Studio, str]:
    """The stage and the notes of Grace are as they were, after somebody changed them at the gym and Max undid it."""
    studio = Studio()
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"status": "contacted", "notes": "one"})
    await undo(studio, await studio.leads_synced())
    return studio, grace


@pytest.mark.parametrize("is_written", [True, False], ids=["the undo was written there", "it waits"])
async def test_a_stage_that_an_undo_pinned_is_what_it_is_changed_to(is_written: bool) -> None:
    studio, grace = await pinned()
    if is_written:
        await settled(studio)
    changed = await change(studio, grace, stage=Stage.CONTACTED)
    assert (changed.lead.stage, changed.task) == (Stage.CONTACTED, None)
    await settled(studio)
    assert (studio.lead(grace).stage, studio.books.leads.get(grace).values["status"]) == (Stage.CONTACTED, "contacted")
    assert told(studio) == [("status", "a change at the counter replaced the override ours of Max: Max undid a change")]


async def test_what_was_not_changed_stays_pinned() -> None:
    studio, grace = await pinned()
    await change(studio, grace, stage=Stage.CONTACTED)
    await settled(studio)
    assert (studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]) == ("zero", "zero")
    assert [each.field for each in await studio.desk.overrides(studio.tenant.id)] == ["notes"]


async def test_a_membership_of_which_an_undo_pinned_the_end_is_cancelled() -> None:
    studio = Studio()
    sold = studio.sell_there(studio.enrol())
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit(sold, {"cancels_on": "2026-05-01", "flagged_active": False})
    await undo(studio, await studio.members_synced())
    studio.books.memberships.edit(sold, {"cancels_on": None, "flagged_active": True})
    await settled(studio)
    wish = Cancellation(tenant_id=studio.tenant.id, membership_id=studio.membership(sold).id, reason="moves")
    cancelled = await studio.cancel_membership(wish)
    assert (cancelled.membership.terms.cancels_on is None, cancelled.task) == (False, None)
    await settled(studio)
    assert studio.membership(sold).terms.cancels_on == cancelled.membership.terms.cancels_on


@pytest.mark.parametrize("law", ["ours", "newest", "ask", "theirs"])
async def test_it_holds_against_an_earlier_edit_that_no_sync_saw(law: str) -> None:
    studio = Studio()
    await set_policy(studio, "lead", fields={"notes": law})
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    await edit_lead(studio, grace, notes="one")
    changed = await change(studio, grace, notes="two")
    assert changed.lead.notes == "two"
    await settled(studio)
    assert (studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]) == ("two", "two")
    assert open_conflicts(studio) == []
    assert [(line.ours, line.value) for line in studio.changes() if line.field == "notes"][-1] == ("one", "two")


async def test_it_holds_against_a_decision_that_is_on_its_way_there() -> None:
    studio = Studio()
    await set_policy(studio, "lead", fields={"notes": "ask"})
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    await edit_lead(studio, grace, notes="one")
    studio.books.leads.edit(grace, {"notes": "two"})
    await studio.leads_synced()
    await decide(studio, open_conflicts(studio)[0], Choice.OURS)
    assert (await change(studio, grace, notes="two")).lead.notes == "two"
    await settled(studio)
    assert (studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]) == ("two", "two")


async def test_what_is_edited_while_it_is_written_there_is_for_the_law() -> None:
    studio = Studio()
    await set_policy(studio, "lead", fields={"notes": "ours"})
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    update = studio.gym.update_lead

    async def update_and_edit(external_id: str, patch: LeadPatch) -> Observed:
        answer = await update(external_id, patch)
        await edit_lead(studio, grace, notes="three")
        return answer

    studio.gym.update_lead = update_and_edit  # type: ignore[method-assign] # of this one gym
    await change(studio, grace, notes="two")
    await settled(studio)
    assert (studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]) == ("three", "three")
