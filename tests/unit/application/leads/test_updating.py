"""A lead is changed at the provider first: whatever comes of that, what was wanted there is not lost."""

import pytest

from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.ports.gym import LeadPatch
from tresen.application.ports.sources import Observed
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import IllegalTransition
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.edit_fate import Fate

from ..gym.test_written_over import update
from ..studio import A_MINUTE, Studio
from ..sync.scene import captured, set_policy
from ..sync.test_decided_pairings import asked, decide
from ..sync.test_edited_on_the_way import settled


async def test_a_pairing_that_is_taken_back_while_it_is_written_leaves_a_task(studio: Studio) -> None:
    """The answer is about a lead of which nobody can tell any more which of ours it is."""
    await set_policy(studio, "lead", default="theirs")
    ada = await captured(studio, "Ada", phone="030 1")
    _, there = (studio.attract("Ada", last_name="There", phone="030 2", notes="zero") for _ in range(2))
    await studio.leads_synced(whole=True)
    pairing = asked(studio)[there]
    studio.clock.advance(A_MINUTE)
    await decide(studio, pairing, Choice.OURS)
    await settled(studio)
    write = studio.gym.update_lead

    async def write_and_take_back(external_id: str, patch: LeadPatch) -> Observed:
        answer = await write(external_id, patch)
        await studio.desk.reopen(studio.tenant.id, pairing.id, by="Max")
        return answer

    studio.gym.update_lead = write_and_take_back  # type: ignore[method-assign] # of this one gym
    done = await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=ada.id, by="Eva", notes="nine"))
    assert done.task is not None
    assert (done.task.reason, done.task.details["notes"]) == (TaskReason.UNDECIDED, "nine")
    (fate,) = done.prospects
    assert (fate.field, fate.fate) == ("notes", Fate.WRITTEN)
    assert "a person must say" in fate.reason
    left = [task.id for task in await studio.tasks() if task.operation == "update_lead"]
    assert left == [done.task.id]


def answers(studio: Studio, grace: str, **kept: str | None) -> None:
    """The provider says yes, and then holds these values, whatever it was asked for."""
    write = studio.gym.update_lead

    async def write_and_keep(external_id: str, patch: LeadPatch) -> Observed:
        await write(external_id, patch)
        studio.books.leads.edit(grace, kept)
        return studio.books.leads.get(grace).observed()

    studio.gym.update_lead = write_and_keep  # type: ignore[method-assign] # of this one gym


@pytest.mark.parametrize("law", ["theirs", "ours", "newest", "ask"])
async def test_what_the_provider_kept_though_it_said_yes_is_a_task(studio: Studio, law: str) -> None:
    await set_policy(studio, "lead", fields={"notes": law})
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    answers(studio, grace, notes="zero")
    done = await update(studio, grace, notes="three", stage=Stage.CONTACTED)
    assert (done.lead.notes, done.lead.stage) == ("zero", Stage.CONTACTED)
    assert done.task is not None
    assert (done.task.reason, done.task.details["notes"]) == (TaskReason.REJECTED, "three")
    assert done.task.details["why"] == "the provider said yes and kept its own notes"
    assert "stage" not in done.task.details
    assert [(each.field, each.fate) for each in done.prospects] == [("status", Fate.WRITTEN), ("notes", Fate.TASK)]
    assert "kept its own value" in done.prospects[1].reason
    assert [task.id for task in await studio.tasks()] == [done.task.id]
    assert [line.field for line in studio.changes()] == ["status"]


async def test_what_somebody_wrote_there_is_not_said_to_be_ours_where_the_provider_kept_it(studio: Studio) -> None:
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"notes": "two"})
    answers(studio, grace, notes="two")
    done = await update(studio, grace, notes="three")
    assert done.task is not None
    (line,) = studio.changes()
    assert (line.ours, line.value, line.rule) == ("zero", "two", "only_theirs_changed")
    assert "Eva" not in line.reason


async def test_its_own_spelling_of_what_was_wanted_is_no_value_of_its_own(studio: Studio) -> None:
    grace = studio.attract(notes="three")
    await studio.leads_synced()
    answers(studio, grace, notes="three")
    done = await update(studio, grace, notes=" three ")
    assert (done.task, [each.fate for each in done.prospects]) == (None, [Fate.WRITTEN])


async def test_what_the_provider_made_of_it_is_told_beside_what_was_wanted(studio: Studio) -> None:
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    answers(studio, grace, notes="thr")
    done = await update(studio, grace, notes="three")
    assert (done.lead.notes, done.task) == ("thr", None)
    (line,) = studio.changes()
    assert (line.value, line.rule) == ("thr", "written_first")
    assert "'three'" in line.reason


async def test_a_value_that_the_provider_kept_ends_no_override(studio: Studio) -> None:
    await set_policy(studio, "lead", fields={"notes": "theirs"})
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    await update(studio, grace, notes="one")
    (line,) = studio.changes()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=line.run_id), by="Max")
    before = await studio.desk.overrides(studio.tenant.id)
    answers(studio, grace, notes=str(studio.books.leads.get(grace).values["notes"]))
    assert (await update(studio, grace, notes="three")).task is not None
    assert before
    assert await studio.desk.overrides(studio.tenant.id) == before


@pytest.mark.parametrize(
    ("there", "wanted"), [("converted", Stage.CONTACTED), ("converted", Stage.LOST), ("contacted", Stage.NEW)]
)
async def test_a_stage_there_that_no_sync_saw_is_heeded_as_one_that_is_known(
    studio: Studio, there: str, wanted: Stage
) -> None:
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": there})
    with pytest.raises(IllegalTransition, match=f"a lead that is {there} cannot become {wanted.value}; no sync saw"):
        await update(studio, grace, stage=wanted, notes="three")
    shown = studio.books.leads.get(grace).values
    assert (shown["status"], shown["notes"]) == (there, "zero")
    assert "update_lead" not in studio.gym.faults.calls
    assert (list(await studio.tasks()), list(studio.changes())) == ([], [])


async def test_a_stage_there_from_which_the_lead_may_move_on_is_written_over(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": "lost"})
    assert (await update(studio, grace, stage=Stage.CONTACTED)).lead.stage is Stage.CONTACTED
    assert [line.value for line in studio.changes()] == ["lost", "contacted"]


async def test_notes_are_written_whatever_the_stage_there(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": "converted"})
    done = await update(studio, grace, notes="three")
    assert (done.lead.notes, done.lead.stage) == ("three", Stage.CONVERTED)


async def test_whoever_finds_the_stage_there_already_is_not_refused(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": "qualified"})
    assert (await update(studio, grace, stage=Stage.QUALIFIED)).lead.stage is Stage.QUALIFIED
