"""Edits of records that the provider lost and that are here all the same: they stay here, and the journal tells it."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.membership.edit_member import MemberEdit
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.edits.edited import EditDone
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.application.sync.views.explain import RecordExplanation
from tresen.domain.leads.lead import Lead
from tresen.domain.membership.member import Member
from tresen.domain.shared.ids import LeadId
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.journal import LOCAL_EDIT, UNDONE, Change
from tresen.domain.sync.laws import Law

from ..studio import A_MINUTE, Studio
from .scene import captured, open_conflicts, pushes, rests, set_policy
from .test_second_lives import shown_again

LOST = "stays here: the provider does not have the record"


async def edit(studio: Studio, ada: str, **values: Any) -> EditDone[Member]:
    studio.clock.advance(A_MINUTE)
    wish = MemberEdit(tenant_id=studio.tenant.id, member_id=studio.member(ada).id, by="Eva", **values)
    return await studio.desk.edit_member(wish)


async def explained(studio: Studio, ada: str) -> RecordExplanation:
    (record,) = await studio.desk.explain(studio.tenant.id, "member", studio.member(ada).id)
    return record


def edits(studio: Studio) -> list[Change]:
    return [line for line in studio.changes() if line.rule == LOCAL_EDIT]


async def decide(studio: Studio, choice: Choice, value: str | None = None) -> None:
    (conflict,) = open_conflicts(studio)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value=value, by="Max")
    )


async def brought_back(law: Law = Law.THEIRS) -> tuple[Studio, str]:
    """Deleted there, so here, and brought back by an undo, which pins it as a whole."""
    studio = Studio(default=law)
    ada, _ = studio.enrol(city="Berlin"), studio.enrol("Bea")
    await studio.members_synced()
    studio.books.members.remove(ada)
    run = await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")
    await studio.members_synced()
    return studio, ada


async def kept(law: Law = Law.THEIRS) -> tuple[Studio, str]:
    """Deleted there while it was edited here; a person decided that it stays."""
    studio = Studio(default=Law.OURS)
    ada, _ = studio.enrol(city="Berlin"), studio.enrol("Bea")
    await set_policy(studio, "member", default=law.name)
    await studio.members_synced()
    await studio.edit_member(ada, street="ours")
    studio.books.members.remove(ada)
    await studio.members_synced(whole=True)
    (conflict,) = open_conflicts(studio)
    assert conflict.field == WHOLE
    studio.clock.advance(A_MINUTE)
    await decide(studio, Choice.OURS)
    return studio, ada


_Lost = Callable[..., Awaitable[tuple[Studio, str]]]
_LOST = [brought_back, kept]


@pytest.mark.parametrize("law", [Law.THEIRS, Law.OURS, Law.ASK])
@pytest.mark.parametrize("lost", _LOST)
async def test_an_edit_stays_here_and_nothing_is_sent(lost: _Lost, law: Law) -> None:
    studio, ada = await lost(law)
    done = await edit(studio, ada, first_name="Ghost", city="Potsdam")
    assert [(each.field, each.fate, each.reason) for each in done.prospects] == [
        ("first_name", Fate.HERE, LOST),
        ("city", Fate.HERE, LOST),
    ]
    assert (done.changed, done.task) == (("first_name", "city"), None)
    assert pushes(studio) == []
    await studio.members_synced(whole=True)
    assert (studio.member(ada).first_name, pushes(studio)) == ("Ghost", [])
    await rests(studio)


@pytest.mark.parametrize("lost", _LOST)
async def test_where_writing_is_off_nobody_is_asked_to_change_what_is_not_there(lost: _Lost) -> None:
    studio, ada = await lost()
    studio.change_account(writes_enabled=False)
    done = await edit(studio, ada, first_name="Ghost")
    assert ([each.fate for each in done.prospects], done.task) == ([Fate.HERE], None)


async def test_the_journal_says_at_once_who_edited_one_that_came_back() -> None:
    studio, ada = await brought_back()
    before = studio.member(ada)
    await edit(studio, ada, first_name="Ghost")
    (line,) = edits(studio)
    assert (line.external_id, line.local_id, line.reason) == (ada, before.id, "Eva edited it here")
    assert (line.ours, line.theirs, line.value) == ("Ada", None, "Ghost")
    assert line.version == before.version + 1
    run = await studio.read(lambda uow: uow.runs.get(line.run_id))
    assert (run.kind, run.account_id, run.counts.updated) == ("edit", studio.account.id, 1)
    await studio.members_synced(whole=True)
    assert edits(studio) == [line]


@pytest.mark.parametrize("lost", _LOST)
async def test_explain_says_that_it_stays_here(lost: _Lost) -> None:
    studio, ada = await lost()
    await edit(studio, ada, first_name="Ghost")
    record = await explained(studio, ada)
    assert record.kept_here
    assert [each.field for each in record.fields if each.undecided or each.waiting] == []
    whys = {each.field: each.change.reason for each in record.fields if each.change is not None}
    assert whys["first_name"] == "Eva edited it here"


@pytest.mark.parametrize("lost", _LOST)
async def test_an_edit_of_one_is_undone_and_it_is_still_kept_here(lost: _Lost) -> None:
    studio, ada = await lost()
    before = studio.member(ada)
    await edit(studio, ada, first_name="Ghost")
    target = UndoTarget(kind="member", local_id=before.id, version=before.version)
    planned = await studio.desk.plan_undo(studio.tenant.id, target)
    assert [(each.field, each.back) for one in planned for each in one.rollbacks] == [("first_name", "Ada")]
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, target, by="Max")
    assert studio.member(ada).first_name == "Ada"
    done = await edit(studio, ada, first_name="Spirit")
    assert [each.fate for each in done.prospects] == [Fate.HERE]
    await studio.members_synced(whole=True)
    assert studio.member(ada).first_name == "Spirit"
    assert pushes(studio) == []


@pytest.mark.parametrize("lost", _LOST)
async def test_an_earlier_edit_that_is_put_back_is_not_sent_either(lost: _Lost) -> None:
    studio, ada = await lost()
    await edit(studio, ada, first_name="Ghost")
    await edit(studio, ada, first_name="Spirit")
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=edits(studio)[-1].id), by="Max")
    assert (studio.member(ada).first_name, pushes(studio)) == ("Ghost", [])


@pytest.mark.parametrize("lost", _LOST)
async def test_once_the_provider_shows_it_again_an_edit_goes_there(lost: _Lost) -> None:
    studio, ada = await lost()
    shown = studio.books.members.get(studio.books.members.add({"first_name": "Ada", "last_name": "Byron"}))
    studio.books.members.remove(shown.external_id)
    studio.books.members._entries[ada] = type(shown)(ada, shown.values, studio.clock.now())
    await studio.members_synced(whole=True)
    done = await edit(studio, ada, first_name="Adah")
    assert [each.fate for each in done.prospects] == [Fate.PUSH]
    assert not (await explained(studio, ada)).kept_here
    await studio.members_synced(whole=True)
    assert studio.books.members.get(ada).values["first_name"] == "Adah"


async def test_once_nobody_pins_it_the_next_run_decides() -> None:
    studio, ada = await brought_back()
    await studio.desk.remove_override(
        studio.tenant.id, account_id=studio.account.id, kind="member", external_id=ada, field=WHOLE, by="Max"
    )
    done = await edit(studio, ada, first_name="Ghost")
    assert [each.fate for each in done.prospects] == [Fate.SYNC]
    assert [line.value for line in edits(studio)] == ["Ghost"]
    await studio.members_synced(whole=True)
    (conflict,) = open_conflicts(studio)
    assert conflict.field == WHOLE


async def unpaired(studio: Studio) -> tuple[str, Lead]:
    """A lead of ours that was in step with one of the provider's until a person took the pairing back."""
    await set_policy(studio, "lead", default="theirs")
    studio.attract("Other")
    await studio.leads_synced()
    first = await captured(studio, "Grace")

    async def double(uow: UnitOfWork) -> None:
        await uow.leads.add(attrs.evolve(await uow.leads.get(first.id), id=LeadId(studio.ids.new()), version=0))

    await studio.transactions.run(studio.tenant.id, "double", double)
    grace = studio.attract("Grace", notes="from there")
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    await decide(studio, Choice.OURS, conflict.candidates[0])
    await studio.leads_synced()
    lead = studio.lead(grace)
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="Max")
    return grace, lead


async def edit_lead(studio: Studio, lead: Lead, **values: Any) -> EditDone[Lead]:
    studio.clock.advance(A_MINUTE)
    return await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, by="Eva", **values))


async def test_an_edit_of_one_without_a_link_is_told_under_its_last_id_there(studio: Studio) -> None:
    grace, lead = await unpaired(studio)
    done = await edit_lead(studio, lead, last_name="Murray")
    assert [(each.field, each.fate, each.reason) for each in done.prospects] == [
        ("last_name", Fate.HERE, "stays here: no record of the provider's is linked to it")
    ]
    (line,) = edits(studio)
    assert (line.external_id, line.local_id, line.ours, line.value) == (grace, lead.id, "Hopper", "Murray")
    assert (await studio.read(lambda uow: uow.runs.get(line.run_id))).account_id == studio.account.id
    (record,) = await studio.desk.explain(studio.tenant.id, "lead", lead.id, field="last_name")
    assert (record.fields[0].ours, record.fields[0].change, record.fields[0].undecided) == ("Murray", line, False)


@pytest.mark.parametrize("taken", [True, False])
async def test_an_edit_of_one_without_a_link_is_undone_there_alone(studio: Studio, taken: bool) -> None:
    """``taken``: its last id there is another's by now."""
    grace, lead = await unpaired(studio)
    await edit_lead(studio, lead, last_name="Murray")
    (conflict,) = open_conflicts(studio)
    if taken:
        other = next(each for each in conflict.candidates if each != str(lead.id))
        await decide(studio, Choice.OURS, other)
        await studio.leads_synced()
        assert str(studio.lead(grace).id) == other
    target = UndoTarget(kind="lead", local_id=lead.id, version=edits(studio)[0].version - 1)
    undone = await studio.desk.undo(studio.tenant.id, target, by="Max")
    assert [(each.local_id, each.external_id) for each in undone.records] == [(lead.id, grace)]
    assert (await studio.get_lead(studio.tenant.id, lead.id)).lead.last_name == "Hopper"
    assert [(line.field, line.value) for line in studio.changes() if line.rule == UNDONE] == [("last_name", "Hopper")]
    assert await studio.desk.overrides(studio.tenant.id) == []
    assert pushes(studio) == []
    links = await studio.read(lambda uow: uow.sync_records.of_local("lead", lead.id))
    assert links == []
    await studio.leads_synced()
    assert {each.last_name for each in studio.leads()} == {"Hopper"}


async def test_what_hangs_on_its_last_id_there_is_not_its_own_once_another_has_it(studio: Studio) -> None:
    grace, lead = await unpaired(studio)
    (conflict,) = open_conflicts(studio)
    await edit_lead(studio, lead, last_name="Murray")
    await decide(studio, Choice.OURS, next(each for each in conflict.candidates if each != str(lead.id)))
    await studio.leads_synced()
    await edit_lead(studio, studio.lead(grace), last_name="King")
    (record,) = await studio.desk.explain(studio.tenant.id, "lead", lead.id, field="last_name")
    assert (record.local_id, record.fields[0].ours, record.fields[0].waiting) == (lead.id, "Murray", ())


FULL = {"phone": "030 5", "status": "active", "joined_on": "2020-02-29", "born_on": "1815-12-10", "location": "7"}
ADDRESS = {"street": "Way 1", "postcode": "10115", "city": "Berlin", "country": "DE"}


async def test_one_that_is_shown_again_as_it_was_is_lost_no_more() -> None:
    """It has every field that is compared, so that the look at it changes nothing of ours."""
    studio = Studio()
    ada, _ = studio.enrol(**FULL, **ADDRESS, email_opt_in=True, sms_opt_in=False), studio.enrol("Bea")
    await studio.members_synced()
    before = studio.books.members.get(ada)
    studio.books.members.remove(ada)
    run = await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")
    await studio.members_synced()
    shown_again(studio, studio.books.members, ada, before)
    await studio.members_synced()
    await rests(studio)
    edited = await edit(studio, ada, city="Potsdam")
    assert [each.fate for each in edited.prospects] == [Fate.PUSH]
    for _ in range(2):
        await studio.members_synced(whole=True)
    assert (studio.member(ada).city, studio.books.members.get(ada).values["city"]) == ("Potsdam", "Potsdam")
    await rests(studio)
