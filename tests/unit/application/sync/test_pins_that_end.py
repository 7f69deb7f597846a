"""Whatever ends an override, a line of the journal says whose it was; its end alone is nothing to undo."""

import attrs
import pytest
from tests.sync_books import an_override

from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.ids import LeadId
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.journal import RELEASED, UNDONE, Change
from tresen.domain.sync.run import RELEASE, Counts, Run, RunState

from ..studio import A_MINUTE, Studio
from .scene import applied, captured, due, edit_lead, open_conflicts, planned, rests, set_policy


def releases(studio: Studio) -> list[Change]:
    return [line for line in studio.changes() if line.rule == RELEASED]


def told(studio: Studio) -> list[tuple[str, str]]:
    return [(line.field, line.reason) for line in releases(studio)]


async def undone(studio: Studio, run: Run | None, by: str) -> Run | None:
    assert run is not None
    studio.clock.advance(A_MINUTE)
    return (await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by=by)).run


async def decide(studio: Studio, conflict: Conflict, choice: Choice, value: str | None = None) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value=value, by="Max")
    )


async def reopen(studio: Studio, conflict: Conflict) -> Conflict:
    studio.clock.advance(A_MINUTE)
    return (await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")).conflict


def runs(studio: Studio, kind: str | None = None) -> list[Run]:
    return [run for _, run in studio.store.room(studio.tenant.id).runs.items() if kind in {None, run.kind}]


async def run_of(studio: Studio, line: Change) -> Run:
    return await studio.read(lambda uow: uow.runs.get(line.run_id))


async def pinned_twice(studio: Studio) -> str:
    """Of two edits of the provider one is undone, and then everything, by two people."""
    studio.change_account(writes_enabled=False)
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.edit(ada, {"last_name": "King", "city": "Bonn"})
    await studio.members_synced()
    (line,) = [line for line in studio.changes() if line.field == "last_name"]
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Max")
    assert told(studio) == [], "nothing was pinned before"
    await studio.edit_member(ada, last_name="King")
    studio.clock.advance(A_MINUTE)
    target = UndoTarget(kind="member", local_id=studio.member(ada).id, version=1)
    await studio.desk.undo(studio.tenant.id, target, by="Eva", overtaken=True)
    return ada


async def test_an_undo_says_whose_override_it_replaced(studio: Studio) -> None:
    ada = await pinned_twice(studio)
    assert told(studio) == [("last_name", "Eva replaced the override ours of Max: Max undid a change")]
    (line,) = releases(studio)
    assert (line.external_id, line.local_id, line.version) == (ada, studio.member(ada).id, 0)
    assert {each.field: each.set_by for each in await studio.desk.overrides(studio.tenant.id)} == {
        "last_name": "Eva",
        "city": "Eva",
    }
    undo = next(each for each in studio.changes() if each.rule == UNDONE and each.field == "city")
    assert line.run_id == undo.run_id, "in the run of the undo"
    (record,) = await studio.desk.explain(studio.tenant.id, "member", line.local_id, field="last_name")
    assert (record.fields[0].released, record.fields[0].change and record.fields[0].change.rule) == (None, UNDONE)
    latest, *_ = await studio.desk.history(studio.tenant.id, "member", line.local_id)
    assert latest.released == (line,)


async def test_an_undo_of_an_undo_says_that_the_record_is_kept_away_no_longer(studio: Studio) -> None:
    studio.attract("First")
    await studio.leads_synced()
    made = studio.attract("New")
    back = await undone(studio, await undone(studio, await studio.leads_synced(), "Max"), "Eva")
    assert back is not None
    assert told(studio) == [(WHOLE, "Eva brought it back, which ended the override ours of Max: Max undid a change")]
    (line,) = releases(studio)
    assert line.run_id == back.id
    record, *_ = await studio.desk.explain(studio.tenant.id, "lead", studio.lead(made).id)
    assert line in record.changes
    await studio.leads_synced()
    await rests(studio)


async def test_the_line_of_an_undo_is_undone_by_itself_never_with_the_record(studio: Studio) -> None:
    studio.attract("First")
    await studio.leads_synced()
    made = studio.attract("New")
    await undone(studio, await undone(studio, await studio.leads_synced(), "Max"), "Eva")
    studio.clock.advance(A_MINUTE)
    studio.books.leads.remove(made)
    await studio.leads_synced(whole=True)
    assert len(studio.leads()) == 1
    (line,) = releases(studio)
    assert await studio.desk.plan_undo(studio.tenant.id, UndoTarget(change_id=line.id)) == []


async def test_a_deletion_that_is_asked_anew_says_who_had_decided_it(studio: Studio) -> None:
    await set_policy(studio, "lead", deletes="ask")
    lead = studio.attract()
    studio.attract("Other")
    await studio.leads_synced()
    gone = studio.lead(lead)

    async def delete(uow: UnitOfWork) -> None:
        await uow.leads.remove_many([await uow.leads.get(gone.id)])

    await studio.transactions.run(studio.tenant.id, "delete", delete)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"notes": "edited there"})
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    await decide(studio, conflict, Choice.OURS)
    await reopen(studio, conflict)
    lost = "Max decided a conflict: we deleted it, and it stays so"
    assert told(studio) == [(WHOLE, f"Eva reopened the conflict, which ended the override ours of Max: {lost}")]
    (line,) = releases(studio)
    assert (line.external_id, line.local_id) == (lead, gone.id)
    assert lead in due(studio, "lead")


async def test_a_conflict_that_is_opened_again_says_so_in_a_run_of_its_own(studio: Studio) -> None:
    await set_policy(studio, "lead", fields={"notes": "ask"})
    lead = studio.attract(notes="at first")
    await studio.leads_synced()
    await edit_lead(studio, lead, notes="ours")
    studio.books.leads.edit(lead, {"notes": "theirs"})
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    before = len(runs(studio))
    await decide(studio, conflict, Choice.THEIRS)
    await reopen(studio, conflict)
    assert told(studio) == [], "no override came of it"
    assert len(runs(studio)) == before + 1, "the decision's"
    await decide(studio, conflict, Choice.VALUE, "typed")
    await undone(studio, runs(studio, "resolve")[-1], "Max")
    await reopen(studio, conflict)
    because = "override ours of Max: Max undid a change"
    assert told(studio) == [("notes", f"Eva reopened the conflict, which ended the {because}")]
    (line,) = releases(studio)
    run = await run_of(studio, line)
    assert (run.kind, run.state, run.counts) == (RELEASE, RunState.COMPLETED, Counts())
    assert (run.account_id, run.reason) == (studio.account.id, f"Eva reopened a conflict about lead {lead}")
    record, *_ = await studio.desk.explain(studio.tenant.id, "lead", studio.lead(lead).id, field="notes")
    assert record.fields[0].released == line


async def doubted(studio: Studio) -> tuple[str, Conflict]:
    """A lead of the provider that may be either of two of ours."""
    studio.attract("Other")
    await studio.leads_synced()
    first = await captured(studio, "Grace")

    async def double(uow: UnitOfWork) -> None:
        await uow.leads.add(attrs.evolve(await uow.leads.get(first.id), id=LeadId(studio.ids.new()), version=0))

    await studio.transactions.run(studio.tenant.id, "double", double)
    lead = studio.attract("Grace", notes="from there")
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    return lead, conflict


async def test_a_pairing_that_is_taken_back_says_whose_overrides_went_with_it(studio: Studio) -> None:
    await set_policy(studio, "lead", default="theirs")
    lead, conflict = await doubted(studio)
    await decide(studio, conflict, Choice.OURS, conflict.candidates[0])
    await studio.leads_synced()
    studio.books.leads.edit(lead, {"notes": "edited there", "message": "theirs"})
    await undone(studio, await studio.leads_synced(), "Max")
    await reopen(studio, conflict)
    assert await studio.desk.overrides(studio.tenant.id) == []
    because = "Eva took the pairing back, which ended the override ours of Max: Max undid a change"
    assert sorted(told(studio)) == [("message", because), ("notes", because)]
    (run,) = {line.run_id: await run_of(studio, line) for line in releases(studio)}.values()
    assert (run.kind, run.state) == (RELEASE, RunState.COMPLETED)
    record, *_ = await studio.desk.explain(studio.tenant.id, "lead", releases(studio)[0].local_id, field="notes")
    assert record.fields[0].released in releases(studio)


@pytest.mark.parametrize("synced", [True, False])
async def test_a_pairing_that_was_refused_says_whose_decision_that_was(studio: Studio, synced: bool) -> None:
    lead, conflict = await doubted(studio)
    await decide(studio, conflict, Choice.THEIRS)
    if synced:
        await studio.leads_synced()
        await undone(studio, runs(studio, "leads")[-1], "Max")
        await studio.leads_synced()
    await reopen(studio, conflict)
    assert await studio.desk.overrides(studio.tenant.id) == []
    fields = [field for field, _ in told(studio)]
    assert sorted(fields) == ([WHOLE, PAIRING] if synced else [PAIRING])
    assert {line.external_id for line in releases(studio)} == {lead}
    assert ("?", f"{_how(synced)}, which ended the override theirs of Max: Max decided a conflict") in told(studio)


def _how(had_link: bool) -> str:
    return "Eva took the pairing back" if had_link else "Eva reopened the conflict"


async def deleted_on_both_sides(studio: Studio, lead: str) -> None:
    """Only the link is left, and a whole listing forgets that."""
    gone = studio.lead(lead)

    async def delete(uow: UnitOfWork) -> None:
        await uow.leads.remove_many([await uow.leads.get(gone.id)])

    await studio.transactions.run(studio.tenant.id, "delete", delete)
    studio.books.leads.remove(lead)
    await studio.leads_synced(whole=True)
    assert not studio.knows("lead", lead)


async def shown_again(studio: Studio, lead: str, **values: str) -> None:
    """The provider has the record back, under the id that it had; here it is a new one."""
    shelf, before = studio.books.leads, studio.leads()
    shelf.tombstones.pop(lead, None)
    shelf._next_id = int(lead)
    assert studio.attract("Grace", **values) == lead
    await studio.leads_synced(whole=True)
    assert len(studio.leads()) == len(before) + 1


async def test_a_pin_of_a_field_ends_with_the_record_that_it_was_about(studio: Studio) -> None:
    await set_policy(studio, "lead", default="newest")
    lead = studio.attract("Grace", phone="030 1")
    studio.attract("Other")
    await studio.leads_synced()
    gone = studio.lead(lead).id
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 2"})
    await undone(studio, await studio.leads_synced(), "Max")
    await studio.leads_synced()
    await deleted_on_both_sides(studio, lead)
    assert await studio.desk.overrides(studio.tenant.id) == []
    assert told(studio) == [
        ("phone", "the record is gone on both sides, which ended the override ours of Max: Max undid a change")
    ]
    (line,) = releases(studio)
    assert (line.external_id, line.local_id, (await run_of(studio, line)).kind) == (lead, gone, "leads")
    await shown_again(studio, lead, phone="030 3")
    assert studio.lead(lead).id != gone
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 4"})
    await studio.leads_synced()
    phone = studio.lead(lead).phone
    assert (phone and phone.raw, studio.books.leads.get(lead).values["phone"]) == ("030 4", "030 4")
    await rests(studio)


async def test_a_pin_of_a_whole_record_keeps_no_other_one_here(studio: Studio) -> None:
    studio.attract("Other")
    await studio.leads_synced()
    lead = studio.attract("Grace")
    studio.clock.advance(A_MINUTE)
    await undone(studio, await studio.leads_synced(), "Max")
    studio.books.leads.remove(lead)
    await studio.leads_synced(whole=True)
    assert told(studio) == [
        (WHOLE, "the record is gone on both sides, which ended the override ours of Max: Max undid a change")
    ]
    await shown_again(studio, lead)
    studio.books.leads.remove(lead)
    await studio.leads_synced(whole=True)
    assert [one.first_name for one in studio.leads()] == ["Other"]
    await rests(studio)


async def kept_away(studio: Studio) -> str:
    """A lead with a pinned phone, which an undo deleted here: its id at the provider."""
    await set_policy(studio, "lead", default="newest")
    studio.attract("Other")
    await studio.leads_synced()
    lead = studio.attract("Grace", phone="030 1")
    made = await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 2"})
    await undone(studio, await studio.leads_synced(), "Max")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=made.id), by="Eva", overtaken=True)
    assert [one.first_name for one in studio.leads()] == ["Other"]
    return lead


async def test_a_record_that_an_undo_took_away_keeps_its_pins_for_when_it_comes_back(studio: Studio) -> None:
    lead = await kept_away(studio)
    pins = await studio.desk.overrides(studio.tenant.id)
    assert sorted((each.field, each.set_by) for each in pins) == [(WHOLE, "Eva"), ("phone", "Max")]
    await undone(studio, runs(studio, "undo")[-1], "Max")
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 4"})
    await studio.leads_synced()
    await studio.leads_synced()
    assert studio.books.leads.get(lead).values["phone"] == "030 1"
    assert [each.field for each in await studio.desk.overrides(studio.tenant.id)] == ["phone"]


async def test_a_record_that_is_let_back_in_is_another_one_for_which_no_pin_holds(studio: Studio) -> None:
    lead = await kept_away(studio)
    studio.clock.advance(A_MINUTE)
    await studio.desk.remove_override(
        studio.tenant.id, account_id=studio.account.id, kind="lead", external_id=lead, field=WHOLE, by="Eva"
    )
    assert await studio.desk.overrides(studio.tenant.id) == []
    assert sorted(told(studio)) == [
        (WHOLE, "Eva took away the override ours of Eva: Eva undid a change"),
        ("phone", "Eva let the record in anew, which ended the override ours of Max: Max undid a change"),
    ]
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 4"})
    await studio.leads_synced()
    assert studio.books.leads.get(lead).values["phone"] == "030 4"


async def test_a_record_that_the_provider_lost_comes_back_whole_though_its_pin_ended(studio: Studio) -> None:
    """The line that tells of the pin's end says nothing of what the field held."""
    studio.attract("Other")
    lead = studio.attract("Grace", phone="030 1")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 2"})
    await undone(studio, await studio.leads_synced(), "Max")
    await studio.leads_synced()
    studio.books.leads.remove(lead)
    lost = await studio.leads_synced(whole=True)
    assert [line.run_id for line in releases(studio)] == [lost.id]
    await undone(studio, lost, "Eva")
    phone = studio.lead(lead).phone
    assert phone is not None
    assert phone.raw == "030 1"
    assert [(each.field, each.set_by) for each in await studio.desk.overrides(studio.tenant.id)] == [(WHOLE, "Eva")]


async def test_a_pin_ends_when_the_record_is_deleted_there_because_it_was_here(studio: Studio) -> None:
    await set_policy(studio, "lead", default="newest", delete_there=True)
    studio.attract("Other")
    lead = studio.attract("Grace", phone="030 1")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 2"})
    await undone(studio, await studio.leads_synced(), "Max")
    await studio.leads_synced()
    gone = studio.lead(lead)

    async def delete(uow: UnitOfWork) -> None:
        await uow.leads.remove_many([await uow.leads.get(gone.id)])

    await studio.transactions.run(studio.tenant.id, "delete", delete)
    await studio.leads_synced()
    assert studio.books.leads.find(lead) is None
    assert await studio.desk.overrides(studio.tenant.id) == []
    assert [line.local_id for line in releases(studio)] == [gone.id]


async def test_a_pin_ends_when_a_person_decides_that_the_record_is_made_anew_here(studio: Studio) -> None:
    await set_policy(studio, "lead", deletes="ask")
    studio.attract("Other")
    lead = studio.attract("Grace", phone="030 1")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 2"})
    await undone(studio, await studio.leads_synced(), "Max")
    await studio.leads_synced()
    gone = studio.lead(lead)

    async def delete(uow: UnitOfWork) -> None:
        await uow.leads.remove_many([await uow.leads.get(gone.id)])

    await studio.transactions.run(studio.tenant.id, "delete", delete)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"notes": "edited there"})
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    await decide(studio, conflict, Choice.THEIRS)
    because = "Max let the record in anew, which ended the override ours of Max: Max undid a change"
    assert told(studio) == [("phone", because)]
    await studio.leads_synced()
    assert (studio.lead(lead).id != gone.id, await studio.desk.overrides(studio.tenant.id)) == (True, [])


async def test_of_two_lives_under_one_id_the_pins_of_the_later_end_when_the_earlier_comes_back(studio: Studio) -> None:
    studio.attract("Other")
    lead = studio.attract("Grace", phone="030 1")
    await studio.leads_synced()
    first = studio.lead(lead).id
    studio.books.leads.remove(lead)
    lost = await studio.leads_synced(whole=True)
    await shown_again(studio, lead, phone="030 1")
    again = runs(studio, "leads")[-1]
    second = studio.lead(lead).id
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 2"})
    await undone(studio, await studio.leads_synced(), "Max")
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=again.id), by="Max", overtaken=True)
    await undone(studio, lost, "Eva")
    assert studio.lead(lead).id == first
    pins = await studio.desk.overrides(studio.tenant.id)
    assert [(each.field, each.local_id, each.set_by) for each in pins] == [(WHOLE, first, "Eva")]
    assert sorted((line.field, line.local_id) for line in releases(studio)) == [(WHOLE, second), ("phone", second)]
    assert all("Eva brought an earlier one back, which ended" in line.reason for line in releases(studio))


async def left_behind(studio: Studio, lead: str, field: str) -> None:
    """A pin of a record that had the id before, by a version that let it stay."""
    pin = an_override(studio.account, lead, field, kind="lead")
    await studio.transactions.run(studio.tenant.id, "pin", lambda uow: uow.overrides.put_many([pin]))


async def test_a_pin_that_was_left_behind_holds_for_no_field_of_another_record(studio: Studio) -> None:
    await set_policy(studio, "lead", default="theirs")
    lead = studio.attract("Grace", phone="030 1")
    await studio.leads_synced()
    await left_behind(studio, lead, "phone")
    (told,) = await studio.desk.explain(studio.tenant.id, "lead", studio.lead(lead).id, field="phone")
    assert (told.fields[0].law, told.fields[0].override) == ("theirs", None)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, {"phone": "030 4"})
    await studio.leads_synced()
    await studio.leads_synced()
    phone = studio.lead(lead).phone
    assert (phone and phone.raw, studio.books.leads.get(lead).values["phone"]) == ("030 4", "030 4")


async def test_a_pin_that_was_left_behind_counts_for_nothing_in_what_becomes_of_an_edit(studio: Studio) -> None:
    await set_policy(studio, "lead", default="theirs")
    lead = studio.attract("Grace")
    await studio.leads_synced()
    await left_behind(studio, lead, "last_name")
    wish = LeadEdit(tenant_id=studio.tenant.id, lead_id=studio.lead(lead).id, by="Eva", last_name="Murray")
    edited = await studio.desk.edit_lead(wish)
    assert [(each.field, each.fate) for each in edited.prospects] == [("last_name", Fate.PUSH)]


async def test_a_pin_that_was_left_behind_keeps_no_other_record(studio: Studio) -> None:
    studio.attract("Other")
    lead = studio.attract("Grace")
    made = await studio.leads_synced()
    await left_behind(studio, lead, WHOLE)
    (explained,) = await studio.desk.explain(studio.tenant.id, "lead", studio.lead(lead).id)
    assert explained.override is None
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=made.id), by="Eva", accept_guard=True)
    pins = await studio.desk.overrides(studio.tenant.id)
    assert {each.set_by for each in pins} == {"Eva"}, "that an undo takes a record away needs a pin of its own"
    assert told(studio) == [(WHOLE, "Eva replaced the override ours of Ada: it was undone")]


async def test_a_pin_that_was_left_behind_makes_no_plan_stale(studio: Studio) -> None:
    lead = studio.attract("Grace")
    await studio.leads_synced()
    studio.books.leads.edit(lead, {"notes": "there"})
    plan = await planned(studio, "leads")
    await left_behind(studio, lead, "notes")
    await applied(studio, plan.plan_id)
    assert studio.lead(lead).notes == "there"


async def test_that_a_record_there_is_none_of_ours_stays_said_when_it_is_gone(studio: Studio) -> None:
    lead, conflict = await doubted(studio)
    await decide(studio, conflict, Choice.THEIRS)
    await studio.leads_synced()
    await deleted_on_both_sides(studio, lead)
    pins = await studio.desk.overrides(studio.tenant.id)
    assert ([(each.external_id, each.field) for each in pins], told(studio)) == ([(lead, PAIRING)], [])
