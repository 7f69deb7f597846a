"""An undo goes by our record: what the provider's record was called then may be another's by now, or nobody's."""

import pytest

from tresen.adapters.memory.gym_books import Entry
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import UndoAction, UndoTarget
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayRejected, RuleViolation
from tresen.domain.shared.ids import RunId
from tresen.domain.sync.conflict import PAIRING, Choice
from tresen.domain.sync.journal import PUSHED
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, Studio
from .scene import captured, edit_lead, open_conflicts, pushes, rests, set_policy


async def undo(studio: Studio, run_id: RunId, *, overtaken: bool = False) -> Undone:
    studio.clock.advance(A_MINUTE)
    return await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run_id), by="Eva", overtaken=overtaken)


async def is_ours(studio: Studio, there: str, lead: Lead) -> Run:
    """A person says which of ours the provider's record is, and a run goes by that."""
    (asked,) = [each for each in open_conflicts(studio) if each.field == PAIRING and each.external_id == there]
    choice = ConflictChoice(
        tenant_id=studio.tenant.id, conflict_id=asked.id, choice=Choice.OURS, value=str(lead.id), by="Eva"
    )
    await studio.desk.resolve(choice)
    return await studio.leads_synced(whole=True)


async def is_not(studio: Studio, there: str) -> None:
    """It is not: that is taken back, and asked anew."""
    (said,) = [each for each in studio.conflicts() if each.field == PAIRING and each.external_id == there]
    await studio.desk.reopen(studio.tenant.id, said.id, by="Eva")
    await studio.leads_synced()


async def taken_for_two(studio: Studio) -> tuple[Lead, Lead, str, Run]:
    """A record of the provider's was taken for the first of two leads in that run."""
    await set_policy(studio, LEAD, default="newest")
    one, two = await captured(studio, "Ada"), await captured(studio, "Ada")
    there = studio.attract("Ada", notes="of that one")
    await studio.leads_synced(whole=True)
    return one, two, there, await is_ours(studio, there, one)


def notes(studio: Studio, lead: Lead) -> str | None:
    return next(each.notes for each in studio.leads() if each.id == lead.id)


def notes_there(studio: Studio, there: str) -> object:
    return studio.books.leads.get(there).values["notes"]


async def test_what_a_lead_took_over_from_a_record_that_is_another_s_by_now_is_put_back_in_it_alone(
    studio: Studio,
) -> None:
    one, two, there, run = await taken_for_two(studio)
    await is_not(studio, there)
    await is_ours(studio, there, two)
    (planned,) = await studio.desk.plan_undo(studio.tenant.id, UndoTarget(run_id=run.id))
    assert (planned.local_id, planned.tied) == (one.id, False)
    done = await undo(studio, run.id)
    assert (done.run is not None and done.run.counts.updated, list(done.apart)) == (1, [])
    assert await studio.desk.overrides(studio.tenant.id) == []
    assert pushes(studio) == []
    await studio.leads_synced(whole=True)
    assert (notes(studio, one), notes(studio, two), notes_there(studio, there)) == (None, "of that one", "of that one")
    assert done.run is not None
    await undo(studio, done.run.id)
    assert (notes(studio, one), notes_there(studio, there)) == ("of that one", "of that one")
    await rests(studio)


async def test_what_was_written_to_a_record_that_is_another_s_by_now_stays_there(studio: Studio) -> None:
    one, two, there, _ = await taken_for_two(studio)
    studio.books.leads.edit(there, {"notes": "of both"})
    await edit_lead(studio, there, notes="of the first")
    run = await studio.leads_synced()
    assert [line.rule for line in studio.changes() if line.run_id == run.id and line.field == "notes"][-1] == PUSHED
    await is_not(studio, there)
    await is_ours(studio, there, two)
    before = studio.rows()
    (planned,) = await studio.desk.plan_undo(studio.tenant.id, UndoTarget(run_id=run.id))
    assert (planned.local_id, "at the provider alone" in planned.refused) == (one.id, True)
    with pytest.raises(RuleViolation, match=f"lead {there} cannot be put back: what was written is at the provider"):
        await undo(studio, run.id)
    assert studio.rows() == before


async def test_a_record_that_no_other_is_tied_to_holds_up_no_other_of_its_run(studio: Studio) -> None:
    await set_policy(studio, LEAD, default="newest")
    one, _ = await captured(studio, "Ada"), await captured(studio, "Ada")
    there, other = studio.attract("Ada", notes="of that one"), studio.attract("Other", notes="of the other")
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(other, {"notes": "wrong"})
    run = await is_ours(studio, there, one)
    await is_not(studio, there)
    done = await undo(studio, run.id)
    assert done.run is not None
    assert done.run.counts.updated == 2
    assert (notes(studio, one), studio.lead(other).notes) == (None, "of the other")
    await studio.leads_synced()
    assert notes_there(studio, other) == "of the other"


async def made_anew(studio: Studio, gone: str) -> str:
    """The lead is lost there, and made there anew. Its new id."""
    await edit_lead(studio, gone, last_name="Murray")
    before = {entry.external_id for entry in studio.books.leads.entries()}
    studio.books.leads.remove(gone)
    await studio.leads_synced(whole=True)
    (anew,) = {entry.external_id for entry in studio.books.leads.entries()} - before
    await studio.leads_synced()
    return anew


def given_to(studio: Studio, key: str, first_name: str, **values: str) -> None:
    """The provider gives an id of one that is gone to another record."""
    studio.clock.advance(A_MINUTE)
    shelf = studio.books.leads
    told = {"first_name": first_name, "email": f"{first_name.lower()}@example.org", "status": "new", **values}
    shelf._entries[key] = Entry(key, {**dict.fromkeys(shelf.names), **told}, shelf.now())
    shelf.tombstones.pop(key, None)


@pytest.mark.parametrize("by", ["run", "line", "version"])
async def test_nothing_is_written_into_the_record_that_bears_the_old_id_by_now(studio: Studio, by: str) -> None:
    await set_policy(studio, LEAD, create_there=True, default="newest")
    old = studio.attract("Ada", notes="one")
    studio.attract("Other")
    await studio.leads_synced()
    ada = studio.lead(old)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(old, {"notes": "two"})
    run = await studio.leads_synced()
    anew = await made_anew(studio, old)
    given_to(studio, old, "Bea", notes="Bea's own")
    await studio.leads_synced(whole=True)
    (line,) = [line for line in studio.changes() if line.field == "notes" and line.local_id == ada.id]
    target = {
        "run": UndoTarget(run_id=run.id),
        "line": UndoTarget(change_id=line.id),
        "version": UndoTarget(kind=LEAD, local_id=ada.id, version=1),
    }[by]
    await studio.desk.undo(studio.tenant.id, target, by="Eva")
    await studio.leads_synced(whole=True)
    assert (studio.lead(old).notes, notes_there(studio, old)) == ("Bea's own", "Bea's own")
    assert (studio.lead(anew).id, studio.lead(anew).notes, notes_there(studio, anew)) == (ada.id, "one", "one")
    assert {pin.external_id for pin in await studio.desk.overrides(studio.tenant.id)} == {anew}
    await rests(studio)


async def test_what_was_written_there_before_the_record_was_made_anew_is_put_back_there(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True, default="newest")
    old = studio.attract("Ada", notes="one")
    studio.attract("Other")
    await studio.leads_synced()
    studio.books.leads.edit(old, {"notes": "of theirs"})
    await edit_lead(studio, old, notes="two")
    run = await studio.leads_synced()
    assert [line.rule for line in studio.changes() if line.run_id == run.id and line.field == "notes"][-1] == PUSHED
    anew = await made_anew(studio, old)
    assert notes_there(studio, anew) == "two"
    await undo(studio, run.id)
    await studio.leads_synced()
    assert (studio.lead(anew).notes, notes_there(studio, anew)) == ("of theirs", "of theirs")
    await rests(studio)


async def made_by_a_run(studio: Studio) -> tuple[str, Run]:
    await set_policy(studio, LEAD, create_there=True, default="newest")
    studio.attract("Other")
    await studio.leads_synced()
    return studio.attract("Ada"), await studio.leads_synced()


async def goes_with_its_run(studio: Studio, there: str, run: Run) -> None:
    ada = studio.lead(there).id
    (planned,) = await studio.desk.plan_undo(studio.tenant.id, UndoTarget(run_id=run.id))
    assert (planned.action, planned.local_id, planned.external_id) == (UndoAction.DELETE, ada, there)
    assert planned.overtaken
    done = await undo(studio, run.id, overtaken=True)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert [lead.first_name for lead in studio.leads()] == ["Other"]
    assert done.run is not None
    await undo(studio, done.run.id)
    assert studio.lead(there).id == ada
    await studio.leads_synced()
    await rests(studio)


async def test_what_a_run_made_is_undone_though_it_was_made_anew_at_the_provider(studio: Studio) -> None:
    there, run = await made_by_a_run(studio)
    await goes_with_its_run(studio, await made_anew(studio, there), run)


async def test_what_a_run_made_is_undone_though_it_was_found_there_under_another_id(studio: Studio) -> None:
    there, run = await made_by_a_run(studio)
    await goes_with_its_run(studio, await found_again(studio, there), run)


async def test_what_a_run_made_is_undone_though_a_person_said_which_it_is_there(studio: Studio) -> None:
    there, run = await made_by_a_run(studio)
    ada = studio.lead(there)
    found = await found_again(studio, there, twice=True)
    await is_ours(studio, found, ada)
    (other,) = [key for entry in studio.books.leads.entries() if (key := entry.external_id) > found]
    studio.books.leads.remove(other)
    await goes_with_its_run(studio, found, run)


async def found_again(studio: Studio, gone: str, *, twice: bool = False) -> str:
    """The lead is lost there, cannot be made there anew, and shows up there under another id: once or twice."""
    down = GatewayRejected("no")
    await edit_lead(studio, gone, last_name="Murray")
    studio.books.leads.remove(gone)
    studio.gym.faults.fail_next("leads.create", down)
    await studio.leads_synced(whole=True)
    found = [studio.attract("Ada") for _ in range(1 + twice)]
    studio.gym.faults.fail_next("leads.create", down)
    await studio.leads_synced(whole=True)
    return found[0]
