"""What a person must decide: asked once, with all that is needed, kept up to date, and settled when it is no more."""

from typing import Any

import attrs
import pytest
from tests.builders import a_record

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable, InvalidValue
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import Counts, RunState

from ..stirring import calm, stir
from ..studio import A_MINUTE, Studio
from .scene import (
    captured,
    due,
    edit_lead,
    journal,
    open_conflicts,
    pushes,
    rests,
    second_gym,
    set_policy,
    there,
    writes,
)


async def both_edited() -> tuple[Studio, str]:
    studio = Studio(default=Law.ASK)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Ours")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Theirs"})
    return studio, ada


async def test_a_conflict_has_all_that_is_needed_to_decide_it() -> None:
    studio, ada = await both_edited()
    here_at, there_at = studio.member(ada).updated_at, studio.clock.now()
    run = await studio.members_synced()
    assert run.counts == Counts(unchanged=1, conflicts=1)
    (asked,) = studio.conflicts()
    assert (asked.kind, asked.external_id, asked.local_id) == ("member", ada, studio.member(ada).id)
    assert (asked.field, asked.base, asked.ours, asked.theirs) == ("last_name", "Byron", "Ours", "Theirs")
    assert (asked.edited.ours_at, asked.edited.theirs_at) == (here_at, there_at)
    assert (asked.rule, asked.run_id, asked.opened_at) == ("ask", run.id, studio.clock.now())
    assert asked.reason == "both sides changed it: a person decides"


async def test_until_then_both_keep_theirs_and_it_is_not_asked_twice() -> None:
    studio, ada = await both_edited()
    await studio.members_synced()
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("Ours", "Theirs")
    assert (await studio.members_synced()).counts == Counts(unchanged=1)
    await rests(studio)
    assert len(studio.conflicts()) == 1
    assert journal(studio) == []


async def test_other_fields_of_the_record_are_merged_meanwhile() -> None:
    studio, ada = await both_edited()
    studio.books.members.edit(ada, {"city": "Bonn"})
    await studio.members_synced()
    assert studio.member(ada).city == "Bonn"
    assert len(open_conflicts(studio)) == 1


async def test_a_further_edit_brings_the_question_up_to_date() -> None:
    studio, ada = await both_edited()
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Kaiser"})
    run = await studio.members_synced()
    assert run.counts.conflicts == 0, "it is no new one"
    (asked,) = studio.conflicts()
    assert (asked.base, asked.ours, asked.theirs) == ("Byron", "Ours", "Kaiser")
    assert (asked.run_id, asked.updated_at) == (run.id, studio.clock.now())
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    (asked,) = studio.conflicts()
    assert (asked.base, asked.ours, asked.theirs) == ("Byron", "Koenig", "Kaiser")
    await rests(studio)


@pytest.mark.parametrize("who", ["ours", "theirs"])
async def test_it_is_settled_when_the_sides_agree_by_themselves(who: str) -> None:
    studio, ada = await both_edited()
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    if who == "ours":
        await studio.edit_member(ada, last_name="Theirs")
    else:
        studio.books.members.edit(ada, {"last_name": "Ours"})
    await studio.members_synced()
    (asked,) = studio.conflicts()
    assert asked.state is ConflictState.SETTLED
    await rests(studio)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Later"})
    assert (await studio.members_synced()).counts.updated == 1, "what they agreed on is the base"


async def test_it_is_settled_when_one_side_takes_its_edit_back() -> None:
    studio, ada = await both_edited()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Byron")
    await studio.members_synced()
    assert studio.conflicts()[0].state is ConflictState.SETTLED
    assert studio.member(ada).last_name == "Theirs", "then only they changed it"
    await rests(studio)


async def test_newest_asks_where_nobody_says_when() -> None:
    studio = Studio(default=Law.UNION)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Ours")
    studio.books.members.edit(ada, {"last_name": "Theirs"})
    await studio.members_synced()
    (asked,) = open_conflicts(studio)
    assert (asked.rule, asked.reason) == ("union", "only sets can be united")


async def test_a_record_as_a_whole_is_asked_about_once_and_settled_when_it_comes_back(studio: Studio) -> None:
    await set_policy(studio, LEAD, default="newest")
    grace = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, grace, last_name="Murray")
    entry = studio.books.leads.get(grace)
    studio.books.leads.remove(grace)
    await studio.leads_synced()
    await studio.leads_synced(whole=True)
    assert [asked.field for asked in studio.conflicts()] == ["*"]
    studio.books.leads._entries[grace] = entry
    del studio.books.leads.tombstones[grace]
    await studio.leads_synced(whole=True)
    assert open_conflicts(studio) == []
    assert studio.books.leads.get(grace).values["last_name"] == "Murray"
    await rests(studio)


# -- which of ours a record is ---------------------------------------------------------------------------------------


def it_is(studio: Studio, asked: Conflict, ours: Lead) -> ConflictChoice:
    """A person says which of ours it is."""
    return ConflictChoice(
        tenant_id=studio.tenant.id, conflict_id=asked.id, choice=Choice.OURS, value=str(ours.id), by="Eva"
    )


async def test_two_populated_sides_meet_without_a_duplicate(studio: Studio) -> None:
    names = ["Ada", "Bea", "Cleo", "Dora", "Eva"]
    ours = {name: (await captured(studio, name)).id for name in names[:4]}
    there = {name: studio.attract(name) for name in names[1:]}
    run = await studio.leads_synced()
    assert (run.state, run.counts.created, run.counts.conflicts) == (RunState.COMPLETED, 1, 0)
    assert len(studio.leads()) == 5
    assert {name: studio.lead(there[name]).id for name in names[1:4]} == {name: ours[name] for name in names[1:4]}
    await rests(studio)


async def test_a_doubt_that_goes_is_settled_and_paired(studio: Studio) -> None:
    first = await captured(studio, "Grace")
    second = await captured(studio, "Other", email="grace@example.org")
    grace = studio.attract("Grace")
    await studio.leads_synced()
    assert [asked.field for asked in open_conflicts(studio)] == [PAIRING]
    await studio.transactions.run(studio.tenant.id, "drop", lambda uow: uow.leads.remove(second.id))
    await studio.leads_synced(whole=True)
    assert studio.lead(grace).id == first.id
    assert open_conflicts(studio) == []
    assert len(studio.leads()) == 1
    await rests(studio)


async def test_what_is_in_doubt_is_not_made_there_either(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True)
    await captured(studio, "Grace")
    await captured(studio, "Other", email="grace@example.org")
    studio.attract("Grace")
    await studio.leads_synced()
    assert (writes(studio), pushes(studio)) == ([], [])
    await rests(studio)


async def test_two_of_ours_with_one_address_are_asked_about_once_the_provider_has_it(studio: Studio) -> None:
    """Neither is made there: the provider has one person of an address, and nobody can tell which."""
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Someone")
    await studio.leads_synced()
    await captured(studio, "Grace")
    await captured(studio, "Other", email="grace@example.org")
    await studio.leads_synced(whole=True)
    assert len(studio.books.leads) == 1
    assert open_conflicts(studio) == []
    made = studio.attract("Grace")
    await studio.leads_synced()
    assert [(each.external_id, each.field) for each in open_conflicts(studio)] == [(made, PAIRING)]
    await rests(studio)
    assert due(studio, LEAD) == set()


async def test_a_lead_captured_while_the_walk_is_under_way_is_not_made_a_second_time(studio: Studio) -> None:
    studio.attract("Other")
    await studio.leads_synced()
    there = studio.attract("Grace")
    made = []

    async def meanwhile() -> None:
        calm(studio.gym)
        made.append(await captured(studio, "Grace"))

    stir(studio.gym, LEAD, meanwhile)
    await studio.leads_synced()
    assert len(studio.leads()) == 2
    assert due(studio, LEAD) == {there}
    await studio.leads_synced()
    assert [studio.lead(there).id] == [lead.id for lead in made]
    assert len(studio.leads()) == 2
    await rests(studio)


async def two_of_one_not_taken_back(studio: Studio, error: GatewayError) -> tuple[str, Lead, list[str]]:
    """The provider deleted what we edited, did not take it back, and has two of its address by now."""
    await set_policy(studio, LEAD, default="newest", create_there=True)
    gone = studio.attract("Grace")
    await studio.leads_synced()
    await edit_lead(studio, gone, last_name="Murray")
    ours = studio.lead(gone)
    studio.books.leads.remove(gone)
    studio.gym.faults.fail_next("leads.create", error)
    await studio.leads_synced()
    made = [studio.attract("Grace", last_name="First"), studio.attract("Grace", last_name="Second")]
    for _ in range(2):
        studio.gym.faults.fail_next("leads.create", error)
    await studio.leads_synced()
    return gone, ours, made


@pytest.mark.parametrize("error", [GatewayRejected("no"), GatewayUnavailable("503")])
async def test_one_that_was_to_be_made_there_anew_is_paired_by_hand(studio: Studio, error: GatewayError) -> None:
    gone, ours, (_, second) = await two_of_one_not_taken_back(studio, error)
    asked = {each.external_id: each for each in open_conflicts(studio) if each.field == PAIRING}
    assert {each.candidates for each in asked.values()} == {(str(ours.id),)}
    calls = writes(studio)
    await studio.desk.resolve(it_is(studio, asked[second], ours))
    assert not studio.knows("lead", gone)
    run = await studio.leads_synced(whole=True)
    assert run.state is RunState.COMPLETED
    assert studio.lead(second).id == ours.id, "what a person said stands, though another has the address, too"
    assert "leads.create" not in writes(studio)[len(calls) :]
    assert len(studio.books.leads) == len(studio.leads()) == 2
    assert open_conflicts(studio) == []
    await studio.leads_synced()
    await rests(studio)


async def test_two_records_are_linked_only_where_a_person_names_ours(studio: Studio) -> None:
    ours = await captured(studio, "Grace")
    made = [studio.attract("Grace"), studio.attract("Gracia", email="grace@example.org")]
    await studio.leads_synced()
    first, second = open_conflicts(studio)
    assert first.candidates == (str(ours.id),)
    assert {each.reason for each in (first, second)} == {"it may be one of our records, and no address tells for sure"}
    with pytest.raises(InvalidValue) as refused:
        await studio.desk.resolve(attrs.evolve(it_is(studio, first, ours), value=None))
    assert refused.value.message == (
        f"to link it, say which of ours it is, by its id, {ours.id}; theirs makes a new one, and keeps both"
    )
    alike = await studio.desk.resolve_many(studio.tenant.id, [first.id, second.id], Choice.OURS, by="Eva")
    assert (alike.decided, [(one, str(error)) for one, error in alike.refused]) == (
        (),
        [(first.id, refused.value.message), (second.id, refused.value.message)],
    )
    assert {each.id for each in open_conflicts(studio)} == {first.id, second.id}
    assert not any(studio.knows("lead", one) for one in made)


async def test_one_that_is_linked_cannot_be_paired_and_the_answer_says_what_to_do(studio: Studio) -> None:
    grace, other = await captured(studio, "Grace"), await captured(studio, "Other", email="grace@example.org")
    made = [studio.attract("Grace"), studio.attract("Gracia", email="grace@example.org")]
    await studio.leads_synced()
    first, second = sorted(open_conflicts(studio), key=lambda each: each.external_id)
    choice = it_is(studio, first, grace)
    await studio.desk.resolve(choice)
    with pytest.raises(InvalidValue) as refused:
        await studio.desk.resolve(attrs.evolve(choice, conflict_id=second.id))
    assert refused.value.message == (
        f"lead {grace.id} is linked to lead {made[0]} of this account already; "
        f"choose {other.id}, or theirs, which makes a new one"
    )
    assert [each.id for each in open_conflicts(studio)] == [second.id]


async def test_one_that_another_account_has_cannot_be_paired(studio: Studio) -> None:
    ours = await captured(studio, "Grace")
    studio.attract("Grace")
    studio.attract("Gracia", email="grace@example.org")
    await studio.leads_synced()
    asked = open_conflicts(studio)[0]
    _, second = second_gym(studio)
    link = a_record(second.id, "77", ours, kind=LEAD, base={"last_name": "Hopper"}, fingerprint=b"")
    await studio.transactions.run(studio.tenant.id, "link", lambda uow: uow.sync_records.add_many([link]))
    with pytest.raises(InvalidValue) as refused:
        await studio.desk.resolve(it_is(studio, asked, ours))
    assert f"of account {second.id} already; choose theirs, which makes a new one" in refused.value.message


async def test_what_a_person_called_another_is_made_here_though_it_looks_the_same(studio: Studio) -> None:
    await captured(studio, "Grace")
    await captured(studio, "Other", email="grace@example.org")
    there = studio.attract("Grace")
    await studio.leads_synced()
    (asked,) = open_conflicts(studio)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=asked.id, choice=Choice.THEIRS, by="Eva")
    )
    await studio.leads_synced()
    assert studio.knows("lead", there)
    assert len(studio.leads()) == 3
    await rests(studio)


UNKEPT: list[Any] = ["a\0b", "\ud800", 2**63, 1.5, ("a", "\0"), {"a": 1}, b"x"]


@pytest.mark.parametrize("value", UNKEPT, ids=repr)
async def test_a_value_that_cannot_be_kept_is_refused_and_decides_nothing(value: Any) -> None:
    studio, ada = await both_edited()
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    before = studio.rows()
    with pytest.raises(InvalidValue) as refused:
        await studio.desk.resolve(
            ConflictChoice(
                tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=Choice.VALUE, value=value, by="Eva"
            )
        )
    assert refused.value.details["field"] == "value"
    assert studio.rows() == before
    assert studio.member(ada).last_name == "Ours"


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_a_value_beside_a_side_is_refused(choice: Choice) -> None:
    studio, _ = await both_edited()
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    chosen = ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value="King", by="Eva")
    with pytest.raises(InvalidValue) as refused:
        await studio.desk.resolve(chosen)
    assert refused.value.details["field"] == "value"
    assert [each.id for each in open_conflicts(studio)] == [conflict.id]
    await studio.desk.resolve(attrs.evolve(chosen, value=None))
    assert not open_conflicts(studio)
