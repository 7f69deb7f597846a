"""A value that one side alone ever knew is in no base: if it was edited, no deletion on the other side takes it along
unasked.
"""

import attrs
import pytest

from tresen.application.leads.create_lead import NewLead
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.kept_plan import PlanStale
from tresen.domain.sync.laws import Law

from ..studio import A_DAY, Studio
from .scene import applied, captured, edit_lead, open_conflicts, planned, rests, set_policy
from .test_deletions import deleted_here


async def paired(studio: Studio, *, here: str | None = None, there: str | None = None) -> tuple[Lead, str]:
    """A lead that was captured here, and met its twin; with the message that each side has."""
    studio.attract("Other")
    await studio.leads_synced()
    ours = await captured(studio, "Ann", **({} if here is None else {"message": here}))
    key = studio.attract("Ann", email="ann@example.org", message=there)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_DAY)
    return ours, key


async def edit_message(studio: Studio, lead: Lead, message: str) -> None:
    await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, by="Eva", message=message))
    await studio.leads_synced(whole=True)


async def lost_there(studio: Studio, key: str) -> list[tuple[str, str]]:
    """What is asked once the provider has it no more."""
    studio.books.leads.remove(key)
    await studio.leads_synced(whole=True)
    return [(conflict.field, conflict.rule) for conflict in open_conflicts(studio)]


@pytest.mark.parametrize("law", [Law.THEIRS, Law.OURS, Law.NEWEST, Law.ASK], ids=lambda law: law.name)
async def test_an_edit_of_what_only_we_ever_knew_is_not_deleted_unasked(law: Law) -> None:
    studio = Studio(default=law)
    lead, key = await paired(studio, here="typed first")
    await edit_message(studio, lead, "typed at the counter")
    assert await lost_there(studio, key) == [(WHOLE, "never_agreed")]
    assert [one.message for one in studio.leads() if one.id == lead.id] == ["typed at the counter"]
    await rests(studio)


async def test_an_edit_of_a_field_that_the_provider_never_names_is_not_deleted_unasked() -> None:
    studio = Studio()
    studio.gym._lists_lack = frozenset({"message"})
    studio.attract("Other")
    key = studio.attract("Ann", email="ann@example.org")
    await studio.leads_synced()
    await edit_message(studio, studio.lead(key), "typed at the counter")
    assert await lost_there(studio, key) == [(WHOLE, "never_agreed")]


async def test_what_was_captured_here_and_edited_by_nobody_goes_with_what_the_provider_deleted() -> None:
    studio = Studio()
    lead, key = await paired(studio, here="typed first")
    assert await lost_there(studio, key) == []
    assert lead.id not in {one.id for one in studio.leads()}
    gone = {line.field: line for line in studio.changes() if line.rule == "deleted"}
    assert gone["message"].ours == "typed first"
    assert "nobody edited it since" in gone["message"].reason
    await rests(studio)


async def test_what_was_told_since_of_its_other_fields_is_no_edit_of_it() -> None:
    studio = Studio()
    lead, key = await paired(studio, here="typed first")
    await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead.id, by="Eva", stage=Stage.CONTACTED))
    await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, by="Eva", last_name="King"))
    await studio.leads_synced(whole=True)
    studio.books.leads.edit(key, {"notes": "noted there"})
    await studio.leads_synced(whole=True)
    assert await lost_there(studio, key) == []
    assert lead.id not in {one.id for one in studio.leads()}


@pytest.mark.parametrize("synced", [True, False])
async def test_what_was_edited_before_any_account_had_it_is_not_deleted_unasked(synced: bool) -> None:
    """Such an edit is in no line."""
    studio = Studio()
    studio.attract("Other")
    await studio.leads_synced()
    lead = await captured(studio, "Ann", message="typed first")
    if synced:
        await studio.leads_synced(whole=True)
    await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, by="Eva", message="typed later"))
    key = studio.attract("Ann", email="ann@example.org")
    await studio.leads_synced(whole=True)
    assert await lost_there(studio, key) == [(WHOLE, "never_agreed")]
    assert [one.message for one in studio.leads() if one.id == lead.id] == ["typed later"]
    await rests(studio)


@pytest.mark.parametrize("synced", [True, False])
@pytest.mark.parametrize("beside", [{}, {"notes": "of a program, too"}], ids=["alone", "beside"])
async def test_what_a_program_edited_past_tresen_is_not_deleted_unasked(synced: bool, beside: dict[str, str]) -> None:
    """No line tells of it, or one that tells only what else was edited."""
    studio = Studio(default=Law.OURS)
    lead, key = await paired(studio, here="typed first")
    await edit_lead(studio, key, message="of a program", **beside)
    if synced:
        await studio.leads_synced(whole=True)
        await studio.leads_synced(whole=True)
    asked = await lost_there(studio, key)
    assert asked == [(WHOLE, "keep_edited" if beside and not synced else "never_agreed")]
    assert [one.message for one in studio.leads() if one.id == lead.id] == ["of a program"]


async def test_another_message_of_theirs_counts_as_an_edit() -> None:
    studio = Studio()
    lead, key = await paired(studio, here="typed first")
    again = NewLead(tenant_id=studio.tenant.id, first_name="Ann", last_name="Hopper", email="ann@example.org")
    await studio.create_lead(attrs.evolve(again, message="and one more thing"))
    await studio.leads_synced(whole=True)
    assert await lost_there(studio, key) == [(WHOLE, "never_agreed")]
    [kept] = [one for one in studio.leads() if one.id == lead.id]
    assert kept.message is not None
    assert "and one more thing" in kept.message


async def test_a_plan_keeps_that_nobody_edited_it_and_is_stale_once_somebody_does() -> None:
    studio = Studio()
    lead, key = await paired(studio, here="typed first")
    studio.books.leads.remove(key)
    plan = await planned(studio, "leads", whole=True)
    await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, by="Eva", message="typed later"))
    with pytest.raises(PlanStale):
        await applied(studio, plan.plan_id)
    assert [one.message for one in studio.leads() if one.id == lead.id] == ["typed later"]
    await studio.leads_synced(whole=True)
    assert [(conflict.field, conflict.rule) for conflict in open_conflicts(studio)] == [(WHOLE, "never_agreed")]


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS], ids=lambda choice: choice.value)
async def test_whoever_is_asked_is_asked_once(choice: Choice) -> None:
    studio = Studio()
    lead, key = await paired(studio, here="only here")
    await edit_message(studio, lead, "typed at the counter")
    await lost_there(studio, key)
    [asked] = open_conflicts(studio)
    wanted = ConflictChoice(tenant_id=studio.tenant.id, conflict_id=asked.id, choice=choice, by="Eva")
    await studio.desk.resolve(wanted)
    assert (lead.id in {one.id for one in studio.leads()}) is (choice is Choice.OURS)
    await rests(studio)
    assert open_conflicts(studio) == []


async def test_a_question_about_a_field_does_not_vanish_with_the_record() -> None:
    studio = Studio(default=Law.ASK)
    lead, key = await paired(studio, here="ours", there="theirs")
    assert [conflict.field for conflict in open_conflicts(studio)] == ["message"]
    assert (WHOLE, "never_agreed") in await lost_there(studio, key)
    assert lead.id in {one.id for one in studio.leads()}


async def test_where_deletions_win_the_value_is_in_the_journal() -> None:
    studio = Studio()
    await set_policy(studio, LEAD, deletes="delete")
    lead, key = await paired(studio, here="only here")
    await edit_message(studio, lead, "typed at the counter")
    assert await lost_there(studio, key) == []
    assert lead.id not in {one.id for one in studio.leads()}
    gone = [line for line in studio.changes() if line.rule == "delete"]
    assert {"*", "message"} <= {line.field for line in gone}
    assert all("never agreed on" in line.reason for line in gone)


async def test_what_was_edited_there_while_it_is_asked_about_is_not_deleted_there_unasked() -> None:
    studio = Studio(default=Law.ASK)
    await set_policy(studio, LEAD, delete_there=True)
    _, key = await paired(studio, here="ours", there="theirs")
    studio.books.leads.edit(key, {"message": "the provider's later edit"})
    await deleted_here(studio, key)
    await studio.leads_synced(whole=True)
    assert studio.books.leads.find(key) is not None
    assert [(conflict.field, conflict.rule) for conflict in open_conflicts(studio)] == [(WHOLE, "never_agreed")]
    await rests(studio)
