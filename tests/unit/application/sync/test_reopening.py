"""A decision about a record as a whole, or about which of ours it is, is decided anew, or says why it cannot be."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import attrs
import pytest

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.errors import RuleViolation
from tresen.domain.shared.ids import LeadId
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import Counts, RunState

from ..studio import A_MINUTE, Studio
from .scene import applied, captured, due, edit_lead, open_conflicts, planned, pushes, rests, set_policy, writes
from .test_editing import lead_edit


async def decide(studio: Studio, conflict: Conflict, choice: Choice, value: str | None = None) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value=value, by="somebody")
    )


async def undo_last(studio: Studio, kind: str) -> None:
    studio.clock.advance(A_MINUTE)
    runs = [run for _, run in studio.store.room(studio.tenant.id).runs.items() if run.kind == kind]
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=runs[-1].id), by="somebody")


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
    assert (conflict.field, len(conflict.candidates)) == (PAIRING, 2)
    assert conflict.reason == "it may be one of several of our records"
    return lead, conflict


@pytest.mark.parametrize("synced", [True, False])
@pytest.mark.parametrize("anew", [Choice.OURS, Choice.THEIRS])
async def test_a_pairing_is_taken_back_and_decided_otherwise(studio: Studio, anew: Choice, synced: bool) -> None:
    lead, conflict = await doubted(studio)
    first, second = conflict.candidates
    await decide(studio, conflict, Choice.OURS, first)
    if synced:
        await studio.leads_synced()
    assert str(studio.lead(lead).id) == first
    reopened = (await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")).conflict
    assert not studio.knows("lead", lead)
    await studio.leads_synced()
    assert [each.id for each in open_conflicts(studio)] == [conflict.id]
    await decide(studio, reopened, anew, second if anew is Choice.OURS else None)
    await studio.leads_synced()
    assert (str(studio.lead(lead).id) == second) is (anew is Choice.OURS)
    assert str(studio.lead(lead).id) != first
    assert open_conflicts(studio) == []
    await rests(studio)


async def test_what_was_decided_about_a_pair_goes_with_the_pairing(studio: Studio) -> None:
    await set_policy(studio, "lead", default="newest", fields={"message": "ask"})
    lead, conflict = await doubted(studio)
    await decide(studio, conflict, Choice.OURS, conflict.candidates[0])
    await studio.leads_synced()
    await edit_lead(studio, lead, message="ours")
    studio.books.leads.edit(lead, {"message": "theirs", "notes": "edited there"})
    await studio.leads_synced()
    await undo_last(studio, "leads")
    assert {each.field for each in await studio.desk.overrides(studio.tenant.id)} == {"notes"}
    assert [each.field for each in open_conflicts(studio)] == ["message"]
    assert pushes(studio, PushState.WAITING)
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")
    assert await studio.desk.overrides(studio.tenant.id) == []
    assert [each.field for each in open_conflicts(studio)] == [PAIRING]
    assert pushes(studio, PushState.WAITING) == []


async def test_one_that_was_made_for_it_goes_before_the_pairing_is_decided_anew(studio: Studio) -> None:
    lead, conflict = await doubted(studio)
    await decide(studio, conflict, Choice.THEIRS)
    await studio.leads_synced()
    made = studio.lead(lead)
    assert len(studio.leads()) == 4
    with pytest.raises(RuleViolation, match=f"was made anew here, as {made.id}: undo run"):
        await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")
    assert open_conflicts(studio) == []
    await undo_last(studio, "leads")
    await studio.leads_synced()
    reopened = (await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")).conflict
    await decide(studio, reopened, Choice.OURS, conflict.candidates[1])
    await studio.leads_synced()
    assert (str(studio.lead(lead).id), len(studio.leads())) == (conflict.candidates[1], 3)
    await rests(studio)


async def test_a_deletion_that_was_decided_is_undone_and_not_reopened(studio: Studio) -> None:
    await set_policy(studio, "lead", deletes="ask")
    lead = studio.attract()
    studio.attract("Other")
    await studio.leads_synced()
    await edit_lead(studio, lead, notes="mine")
    studio.books.leads.remove(lead)
    await studio.leads_synced(whole=True)
    (conflict,) = open_conflicts(studio)
    assert conflict.field == WHOLE
    await decide(studio, conflict, Choice.OURS)
    await studio.leads_synced()
    reopened = (await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")).conflict
    await decide(studio, reopened, Choice.THEIRS)
    with pytest.raises(RuleViolation, match="undo the run that deleted it"):
        await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")
    assert studio.conflicts()[0].state is ConflictState.RESOLVED
    await undo_last(studio, "resolve")
    assert studio.lead(lead).notes == "mine"


async def test_what_was_brought_back_by_a_decision_is_not_deleted_by_another(studio: Studio) -> None:
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
    await decide(studio, conflict, Choice.THEIRS)
    await studio.leads_synced()
    assert studio.lead(lead).notes == "edited there"
    with pytest.raises(RuleViolation, match=f"not linked to {gone.id} any more"):
        await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")


# -- a pairing that was taken back waits for a person ----------------------------------------------------------------


async def taken_back(studio: Studio) -> tuple[str, Conflict]:
    """A lead that was one of two of ours by a person's word, who took it back."""
    lead, conflict = await doubted(studio)
    await decide(studio, conflict, Choice.OURS, conflict.candidates[0])
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    return lead, (await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")).conflict


async def one_goes(studio: Studio, conflict: Conflict) -> None:
    """Of the two candidates the second, so that the first one alone has what tells them."""
    gone = LeadId(UUID(conflict.candidates[1]))
    await studio.transactions.run(studio.tenant.id, "drop", lambda uow: uow.leads.remove(gone))


async def both_go(studio: Studio, conflict: Conflict) -> None:
    """Of the candidates there is none any more."""
    gone = [LeadId(UUID(one)) for one in conflict.candidates]

    async def drop(uow: UnitOfWork) -> None:
        for one in gone:
            await uow.leads.remove(one)

    await studio.transactions.run(studio.tenant.id, "drop", drop)


async def another_comes(studio: Studio, _: Conflict) -> None:
    """A third one of ours has the address, too."""
    await captured(studio, "Gracia", email="grace@example.org")


async def none_fits(studio: Studio, conflict: Conflict) -> None:
    """Both candidates have other addresses by now."""

    async def change(uow: UnitOfWork) -> None:
        for number, one in enumerate(conflict.candidates):
            lead = await uow.leads.get(LeadId(UUID(one)))
            lead.email = EmailAddress(f"another{number}@example.org")
            await uow.leads.save(lead)

    await studio.transactions.run(studio.tenant.id, "change", change)


@pytest.mark.parametrize("create_there", [True, False])
@pytest.mark.parametrize("meanwhile", [one_goes, both_go, another_comes, none_fits])
async def test_no_run_answers_what_a_person_took_back(
    studio: Studio, meanwhile: Callable[[Studio, Conflict], Awaitable[None]], create_there: bool
) -> None:
    await set_policy(studio, "lead", create_there=create_there)
    lead, conflict = await taken_back(studio)
    await meanwhile(studio, conflict)
    account_id = studio.account.id
    await studio.transactions.run(studio.tenant.id, "tell", lambda uow: uow.due.add(account_id, "lead", [lead]))
    before, calls = len(studio.leads()), writes(studio)
    plan = await planned(studio, "leads", whole=True)
    assert (plan.state, plan.plan_id) == (RunState.PLANNED, None), "nothing is to be done"
    for _ in range(2):
        run = await studio.leads_synced(whole=True)
        assert (run.state, run.counts) == (RunState.COMPLETED, Counts(unchanged=len(studio.books.leads)))
    assert [(each.id, each.state) for each in studio.conflicts()] == [(conflict.id, ConflictState.OPEN)]
    assert (studio.knows("lead", lead), due(studio, "lead")) == (False, set())
    assert (len(studio.leads()), writes(studio)) == (before, calls)
    await rests(studio)


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_what_a_person_took_back_goes_on_when_a_person_answers(studio: Studio, choice: Choice) -> None:
    lead, conflict = await taken_back(studio)
    await one_goes(studio, conflict)
    await studio.leads_synced()
    first = conflict.candidates[0]
    await decide(studio, conflict, choice, first if choice is Choice.OURS else None)
    await studio.leads_synced()
    assert (str(studio.lead(lead).id) == first) is (choice is Choice.OURS)
    assert open_conflicts(studio) == []
    await rests(studio)


async def test_a_plan_that_is_older_does_not_answer_it_either(studio: Studio) -> None:
    lead, conflict = await doubted(studio)
    await decide(studio, conflict, Choice.THEIRS)
    await none_fits(studio, conflict)
    plan = await planned(studio, "leads")
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")
    before = len(studio.leads())
    run = await applied(studio, plan.plan_id)
    assert (run.counts.created, len(studio.leads())) == (0, before)
    assert [each.id for each in open_conflicts(studio)] == [conflict.id]
    assert not studio.knows("lead", lead)


async def test_it_waits_though_no_link_is_left_and_nothing_could_be_it_by_now(studio: Studio) -> None:
    """Everything there would be new then: a first load, in which nobody is asked."""
    one, two = await captured(studio, "Grace"), await captured(studio, "Grace")
    lead = studio.attract("Grace")
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    await decide(studio, conflict, Choice.OURS, str(one.id))
    await studio.leads_synced()
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")
    for each in (one, two):
        studio.clock.advance(A_MINUTE)
        await studio.desk.edit_lead(lead_edit(studio, each, email=None))
    await studio.leads_synced(whole=True)
    assert {each.id for each in studio.leads()} == {one.id, two.id}
    assert [each.id for each in open_conflicts(studio)] == [conflict.id]
    assert not studio.knows("lead", lead)


async def test_one_that_settled_by_itself_waits_as_well(studio: Studio) -> None:
    lead, conflict = await doubted(studio)
    await one_goes(studio, conflict)
    await studio.leads_synced(whole=True)
    assert (studio.knows("lead", lead), open_conflicts(studio)) == (True, [])
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="somebody")
    await studio.leads_synced(whole=True)
    assert (studio.knows("lead", lead), [each.id for each in open_conflicts(studio)]) == (False, [conflict.id])


async def made_anew(studio: Studio, gone: str) -> None:
    """We edited what the provider deletes, which a run makes there anew."""
    await edit_lead(studio, gone, last_name="Murray", email=EmailAddress("murray@example.org"))
    studio.books.leads.remove(gone)
    await studio.leads_synced(whole=True)
    await studio.leads_synced()
    assert gone not in {entry.external_id for entry in studio.books.leads.entries()}


async def test_a_field_of_a_record_that_has_another_id_since_is_not_decided_anew(studio: Studio) -> None:
    await set_policy(studio, "lead", create_there=True, fields={"notes": "ask"})
    studio.attract("Other")
    ada = studio.attract("Ada", notes="one")
    await studio.leads_synced()
    await edit_lead(studio, ada, notes="ours")
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(ada, {"notes": "theirs"})
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    await decide(studio, conflict, Choice.THEIRS)
    await studio.leads_synced()
    await made_anew(studio, ada)
    with pytest.raises(RuleViolation, match=r"is not linked to .* any more, which this was about"):
        await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")
    assert open_conflicts(studio) == []


async def test_a_pairing_with_a_record_that_has_another_id_since_is_not_asked_again(studio: Studio) -> None:
    await set_policy(studio, "lead", create_there=True, default="newest")
    grace, conflict = await doubted(studio)
    await decide(studio, conflict, Choice.OURS, conflict.candidates[0])
    await studio.leads_synced(whole=True)
    await made_anew(studio, grace)
    with pytest.raises(RuleViolation, match="is gone at the provider, where it has another id since"):
        await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")
    assert conflict.id not in {each.id for each in open_conflicts(studio)}
