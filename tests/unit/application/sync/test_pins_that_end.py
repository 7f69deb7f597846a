"""Whatever ends an override, a line of the journal says whose it was; its end alone is nothing to undo."""

import attrs
import pytest

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.resolve_conflict import ConflictChoice
from tresen.application.sync.undo_plan import UndoTarget
from tresen.domain.shared.ids import LeadId
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.journal import RELEASED, UNDONE, Change
from tresen.domain.sync.run import RELEASE, Counts, Run, RunState

from ..studio import A_MINUTE, Studio
from .scene import captured, due, edit_lead, open_conflicts, rests, set_policy


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
    return await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")


def runs(studio: Studio, kind: str | None = None) -> list[Run]:
    return [run for _, run in studio.store.room(studio.tenant.id).runs.items() if kind in {None, run.kind}]


async def run_of(studio: Studio, line: Change) -> Run:
    return await studio.read(lambda uow: uow.runs.get(line.run_id))


async def pinned_twice(studio: Studio) -> str:
    """Two edits of the provider, undone one by one by two people."""
    studio.change_account(writes_enabled=False)
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.edit(ada, {"last_name": "King", "city": "Bonn"})
    first = await studio.members_synced()
    (line,) = [line for line in studio.changes() if line.field == "last_name"]
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Max")
    assert told(studio) == [], "nothing was pinned before"
    await studio.edit_member(ada, last_name="King")
    await undone(studio, first, "Eva")
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
