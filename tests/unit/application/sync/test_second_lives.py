"""Records that went and came back: what an attacker found about undoing what became of them."""

import pytest

from tresen.adapters.memory.gym_books import Entry, Shelf
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import RecordUndo, UndoTarget
from tresen.domain.shared.errors import RuleViolation
from tresen.domain.sync.canonical import Values
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, Studio
from .scene import edit_lead, rests, set_policy


async def planned_undo(studio: Studio, run: Run) -> list[RecordUndo]:
    return list(await studio.desk.plan_undo(studio.tenant.id, UndoTarget(run_id=run.id)))


async def undo(studio: Studio, run: Run | None, *, overtaken: bool = False) -> Undone:
    assert run is not None
    studio.clock.advance(A_MINUTE)
    return await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="somebody", overtaken=overtaken)


def shown_again(studio: Studio, book: Shelf, key: str, before: Entry) -> None:
    """The provider has it again, under its old id."""
    studio.clock.advance(A_MINUTE)
    book._entries[key] = Entry(key, dict(before.values), studio.clock.now())
    book.tombstones.pop(key, None)


async def deleted_there(studio: Studio) -> tuple[str, Run]:
    """A lead that the provider deleted, and therefore the run here."""
    studio.attract("Other")
    lead = studio.attract("Ada", notes="precious")
    await studio.leads_synced()
    studio.books.leads.remove(lead)
    return lead, await studio.leads_synced(whole=True)


async def test_what_is_here_again_as_another_record_is_not_brought_back_beside_it(studio: Studio) -> None:
    kept = studio.attract("Kept")
    lead = studio.attract("Ada")
    await studio.leads_synced()
    before = studio.books.leads.get(lead)
    studio.books.leads.remove(lead)
    studio.books.leads.edit(kept, {"notes": "edited there"})
    run = await studio.leads_synced(whole=True)
    shown_again(studio, studio.books.leads, lead, before)
    await studio.leads_synced(whole=True)
    live = studio.lead(lead).id
    await edit_lead(studio, lead, notes="worked on")
    (refused,) = [each for each in await planned_undo(studio, run) if each.external_id == lead]
    assert refused.refused == f"lead {lead} is here again, as {live}: it would be here twice"
    undone = await undo(studio, run, overtaken=True)
    assert [each.external_id for each in undone.records] == [kept]
    await studio.leads_synced(whole=True)
    assert sorted(each.first_name for each in studio.leads()) == ["Ada", "Kept"]
    assert studio.lead(lead).id == live
    await rests(studio)


@pytest.mark.parametrize("syncs_between", [0, 1])
async def test_the_third_undo_holds_as_the_first_did(studio: Studio, syncs_between: int) -> None:
    lead, run = await deleted_there(studio)
    before = len(studio.leads())
    undone: Run | None = run
    for here in (1, 0, 1, 0, 1):
        undone = (await undo(studio, undone)).run
        for _ in range(syncs_between):
            await studio.leads_synced(whole=True)
        assert len(studio.leads()) == before + here
    await studio.leads_synced(whole=True)
    assert studio.lead(lead).notes == "precious"
    await rests(studio)


async def test_a_pin_that_another_undo_set_at_the_same_moment_holds_on(studio: Studio) -> None:
    lead, run = await deleted_there(studio)
    undone: Run | None = run
    for _ in ("it is back, and pinned", "it is away", "it is back"):
        assert undone is not None
        undone = (await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=undone.id), by="somebody")).run
    (pin,) = await studio.desk.overrides(studio.tenant.id)
    assert pin.field == WHOLE
    await studio.leads_synced(whole=True)
    assert studio.lead(lead).notes == "precious"
    await rests(studio)


async def test_what_the_provider_deleted_after_an_undo_took_it_away_stays_when_it_is_brought_back(
    studio: Studio,
) -> None:
    studio.attract("Other")
    await studio.leads_synced()
    lead = studio.attract("Ada")
    undone = await undo(studio, await studio.leads_synced())
    studio.books.leads.remove(lead)
    await studio.leads_synced(whole=True)
    assert not studio.knows("lead", lead)
    await undo(studio, undone.run)
    await studio.leads_synced(whole=True)
    assert studio.lead(lead).first_name == "Ada"
    await rests(studio)


async def test_what_moved_away_goes_back_to_what_was_deleted(studio: Studio) -> None:
    ada, bea = studio.enrol("Ada"), studio.enrol("Bea")
    sold = studio.sell_there(ada)
    await studio.members_synced()
    studio.books.memberships.edit(sold, {"member": bea})
    studio.books.members.remove(ada)
    run = await studio.members_synced(whole=True)
    assert [each.first_name for each in studio.members()] == ["Bea"]
    await undo(studio, run)
    assert studio.membership(sold).member_id == studio.member(ada).id
    await studio.members_synced(whole=True)
    assert studio.membership(sold).member_id == studio.member(ada).id
    await rests(studio)


async def test_no_version_of_a_record_is_there_twice(studio: Studio) -> None:
    studio.attract("Other")
    lead = studio.attract("Ada", notes="first")
    await studio.leads_synced()
    local_id = studio.lead(lead).id
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"notes": "second"})
    await studio.leads_synced()
    studio.books.leads.remove(lead)
    await undo(studio, await studio.leads_synced(whole=True))
    assert studio.lead(lead).version == 4
    for version, notes in ((1, "first"), (4, "second")):
        studio.clock.advance(A_MINUTE)
        back = UndoTarget(kind="lead", local_id=local_id, version=version)
        (planned,) = await studio.desk.plan_undo(studio.tenant.id, back)
        assert [(each.field, each.back, each.overtaken) for each in planned.rollbacks] == [("notes", notes, False)]
        await studio.desk.undo(studio.tenant.id, back, by="somebody")
    history = await studio.desk.history(studio.tenant.id, "lead", local_id)
    told = [(each.number, each.values.get("notes")) for each in history]
    assert told == [(6, "second"), (5, "first"), (4, "second"), (3, None), (2, "second"), (1, "first")]


async def test_what_an_undo_brought_back_goes_again_unless_it_was_edited_since(studio: Studio) -> None:
    lead, run = await deleted_there(studio)
    undone = (await undo(studio, run)).run
    assert undone is not None
    (planned,) = await planned_undo(studio, undone)
    assert (planned.action.value, planned.overtaken) == ("delete", False)
    await edit_lead(studio, lead, notes="worked on")
    assert (await planned_undo(studio, undone))[0].overtaken


async def test_the_line_that_tells_of_a_deletion_is_undone_as_a_whole(studio: Studio) -> None:
    lead, run = await deleted_there(studio)
    (line,) = [each for each in studio.changes() if each.field == WHOLE and each.run_id == run.id]
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="somebody")
    assert studio.lead(lead).notes == "precious"


async def test_what_a_person_deleted_here_and_the_sync_there_says_so(studio: Studio) -> None:
    await set_policy(studio, "lead", delete_there=True)
    studio.attract("Other")
    lead = studio.attract("Ada", notes="precious")
    await studio.leads_synced()
    gone = studio.lead(lead)

    async def delete(uow: UnitOfWork) -> None:
        await uow.leads.remove_many([await uow.leads.get(gone.id)])

    await studio.transactions.run(studio.tenant.id, "delete", delete)
    run = await studio.leads_synced()
    assert studio.books.leads.find(lead) is None
    (planned,) = await planned_undo(studio, run)
    assert planned.values["notes"] == "precious"
    assert planned.refused.startswith("somebody deleted it here")
    (line,) = [each for each in studio.changes() if each.field == WHOLE]
    assert await studio.desk.plan_undo(studio.tenant.id, UndoTarget(change_id=line.id)) == [planned]
    with pytest.raises(RuleViolation, match=f"lead {lead} cannot come back: somebody deleted it here"):
        await undo(studio, run)
    end, made = await studio.desk.history(studio.tenant.id, "lead", gone.id)
    assert (end.number, end.values, end.at) == (2, {}, run.started_at)
    assert (made.number, made.values["notes"]) == (1, "precious")


async def agreed(studio: Studio, lead: str) -> tuple[Values, bytes]:
    """What the provider was last seen to have, and its mark."""
    links = await studio.read(lambda uow: uow.sync_records.by_external_ids(studio.account.id, "lead", [lead]))
    return links[lead].base, links[lead].fingerprint


@pytest.mark.parametrize("may_write", [True, False])
@pytest.mark.parametrize("law", ["newest", "ask"])
@pytest.mark.parametrize("looked", [True, False])
async def test_what_was_edited_before_it_was_taken_away_is_still_an_edit_when_it_comes_back(
    studio: Studio, law: str, looked: bool, may_write: bool
) -> None:
    studio.change_account(writes_enabled=False)
    await set_policy(studio, "lead", default=law)
    studio.attract("Other")
    await studio.leads_synced()
    lead = studio.attract("Ada", notes="one")
    run = await studio.leads_synced()
    await edit_lead(studio, lead, notes="mine")
    if looked:
        await studio.leads_synced(whole=True)
    before = await agreed(studio, lead)
    away = await undo(studio, run, overtaken=True)
    await studio.leads_synced(whole=True)
    await undo(studio, away.run)
    assert await agreed(studio, lead) == before
    studio.change_account(writes_enabled=may_write)
    await studio.leads_synced()
    there = "mine" if may_write else "one"
    assert (studio.lead(lead).notes, studio.books.leads.get(lead).values["notes"]) == ("mine", there)
    await rests(studio)
