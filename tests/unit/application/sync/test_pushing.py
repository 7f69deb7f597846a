"""A write whose answer is lost, refused, ignored or overtaken: never made twice, never lost unseen."""

import logging
from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4

import attrs
import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_habits import Habits
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.applying import stale
from tresen.application.sync.links.elsewhere import tied_elsewhere
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.application.sync.records.run_books import Opened
from tresen.application.sync.runs import strand
from tresen.application.sync.runs.execution import Execution
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
)
from tresen.domain.shared.ids import LeadId, PushId
from tresen.domain.sync.kept_plan import PlanStale
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import Push, PushState
from tresen.domain.sync.run import RunState
from tresen.domain.sync.schema import Values
from tresen.domain.tenancy.provider_account import ProviderAccount

from ..studio import A_MINUTE, Studio
from .scene import (
    applied,
    captured,
    due,
    edit_lead,
    journal,
    open_conflicts,
    planned,
    pushes,
    rests,
    second_gym,
    set_policy,
    state,
    synced_crowd,
    there,
    writes,
)

DOWN = GatewayUnavailable("503")
LOOKERS = (stale, strand)


async def edited(law: Law = Law.OURS) -> tuple[Studio, str]:
    """A member whose last name we changed from Byron to King."""
    studio = Studio(default=law)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="King")
    return studio, ada


async def test_a_write_whose_answer_was_lost_is_looked_up_and_not_made_twice() -> None:
    studio, ada = await edited()
    studio.gym.faults.fail_next("members.push", DOWN, after=1)
    run = await studio.members_synced()
    assert (run.state, run.counts.pushed) == (RunState.FAILED, 0)
    assert there(studio, ada, "last_name") == "King"
    (push,) = pushes(studio, PushState.WAITING)
    assert (push.attempts, push.why) == (1, "503")
    run = await studio.members_synced()
    assert (run.state, run.counts.pushed) == (RunState.COMPLETED, 1)
    (push,) = pushes(studio, PushState.DONE)
    assert (push.attempts, push.why) == (2, None)
    assert writes(studio) == ["members.push"]
    assert journal(studio) == [("last_name", "King", "Byron", "King", "pushed")]
    await rests(studio)


async def test_a_write_that_did_not_arrive_is_made_by_the_next_run() -> None:
    studio, ada = await edited()
    studio.gym.faults.fail_next("members.push", DOWN)
    assert (await studio.members_synced()).state is RunState.FAILED
    assert (await studio.members_synced()).counts.pushed == 1
    assert there(studio, ada, "last_name") == "King"
    await rests(studio)


async def test_what_is_on_its_way_counts_as_ours_until_it_is_answered() -> None:
    """The provider's edit of that field meanwhile is decided only when it is known what became of the write."""
    studio, ada = await edited(Law.THEIRS)
    await set_policy(studio, MEMBER, fields={"last_name": "newest", "city": "newest"})
    studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"city": "Bonn"})
    for _ in range(2):
        studio.gym.faults.fail_next("members.get", DOWN)
    before = len(pushes(studio))
    run = await studio.members_synced()
    assert run.state is RunState.FAILED
    assert (studio.member(ada).last_name, studio.member(ada).city) == ("King", "Bonn"), "the rest is compared"
    assert len(pushes(studio)) == before, "it is not sent a second time"
    await studio.members_synced()
    assert there(studio, ada, "last_name") == "King"
    await rests(studio)


async def test_one_write_that_fails_again_and_again_stops_neither_the_others_nor_the_listing() -> None:
    studio = Studio(default=Law.NEWEST)
    ids = await synced_crowd(studio, 3)
    for one in ids[:2]:
        await studio.edit_member(one, last_name="King")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ids[2], {"last_name": "There"})
    for tries in (1, 2, 2):  # from the second run on once before and once after the walk
        for _ in range(tries):
            studio.gym.faults.fail_next("members.push", DOWN)
        run = await studio.members_synced()
        assert run.state is RunState.FAILED
        assert studio.member(ids[2]).last_name == "There"
    assert there(studio, ids[1], "last_name") == "King"
    assert (await studio.members_synced()).state is RunState.COMPLETED
    assert there(studio, ids[0], "last_name") == "King"


async def test_an_outage_is_not_asked_about_for_every_single_one() -> None:
    studio = Studio(default=Law.OURS)
    ids = await synced_crowd(studio, 12)
    for one in ids:
        await studio.edit_member(one, last_name="King")
    for _ in range(99):
        studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    assert writes(studio) == ["members.push"] * 3
    assert len(pushes(studio, PushState.WAITING)) == 12


async def test_refused_credentials_block_the_account_at_once() -> None:
    studio, _ = await edited()
    studio.gym.faults.fail_next("members.get", CredentialsRefused("HTTP 401"))
    assert (await studio.members_synced()).state is RunState.FAILED
    assert studio.stored_account().state_reason == "HTTP 401"
    assert len(pushes(studio, PushState.WAITING)) == 1


async def test_a_write_that_the_provider_refuses_is_not_asked_again() -> None:
    studio, ada = await edited()
    studio.gym.faults.fail_next("members.push", GatewayRejected("no such name"))
    run = await studio.members_synced()
    assert (run.state, run.counts.pushed) == (RunState.COMPLETED, 0)
    (push,) = pushes(studio)
    assert (push.state, push.why) == (PushState.REFUSED, "no such name")
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("King", "Byron")
    await rests(studio)
    await studio.edit_member(ada, last_name="Kaiser")
    assert (await studio.members_synced()).counts.pushed == 1, "another value is another question"


async def test_a_value_that_the_provider_refuses_holds_no_other_back() -> None:
    studio, ada = await edited()
    await studio.edit_member(ada, city="Bonn", street="Am Ring 1")
    studio.gym.habits = Habits(refuses={"last_name": ["King"]})
    run = await studio.members_synced()
    assert run.counts.pushed == 2
    assert (there(studio, ada, "last_name"), there(studio, ada, "city")) == ("Byron", "Bonn")
    assert [dict(push.values) for push in pushes(studio, PushState.REFUSED)] == [{"last_name": "King"}]
    (whole,) = pushes(studio, PushState.DROPPED)
    assert "each value by itself" in (whole.why or "")
    await studio.members_synced()
    await rests(studio)
    await studio.edit_member(ada, last_name="Kaiser")
    assert (await studio.members_synced()).counts.pushed == 1
    assert there(studio, ada, "last_name") == "Kaiser"
    await rests(studio)


async def test_what_was_edited_while_a_push_waited_is_offered_once_that_is_refused() -> None:
    studio, ada = await edited()
    studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Kaiser")
    studio.gym.faults.fail_next("members.push", DOWN)
    studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    assert studio.member(ada).last_name == "Kaiser"
    studio.gym.faults.fail_next("members.push", GatewayRejected("no such name"))
    await studio.members_synced()
    assert [push.values for push in pushes(studio, PushState.REFUSED)] == [{"last_name": "King"}]
    await studio.members_synced()
    assert there(studio, ada, "last_name") == "Kaiser"
    await rests(studio)


class Deaf(Habits):
    def spelled(self, values: Values) -> Values:
        return {name: value for name, value in values.items() if name != "last_name"}


async def test_a_provider_that_says_yes_and_keeps_its_own_is_not_asked_again() -> None:
    studio, ada = await edited()
    studio.gym.habits = Deaf()
    await studio.edit_member(ada, first_name="Adah")
    run = await studio.members_synced()
    assert run.state is RunState.COMPLETED
    (push,) = pushes(studio)
    assert (push.state, push.why) == (PushState.REFUSED, "the provider kept its own last_name")
    assert there(studio, ada, "first_name") == "Adah"
    assert studio.member(ada).last_name == "King", "ours stays, and is shown as apart"
    await rests(studio)
    assert [line[0] for line in journal(studio)] == ["first_name"]


@pytest.mark.parametrize("deaf", [False, True])
async def test_what_was_refused_is_not_asked_again_when_the_record_is_looked_at_anew(deaf: bool) -> None:
    studio, ada = await edited()
    await set_policy(studio, MEMBER, fields={"city": "theirs"})
    if deaf:
        studio.gym.habits = Deaf()
    else:
        studio.gym.faults.fail_next("members.push", GatewayRejected("no such name"))
    await studio.members_synced()
    calls = writes(studio)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"city": "Bonn"})
    await studio.members_synced()
    assert studio.member(ada).city == "Bonn"
    assert (writes(studio), len(pushes(studio))) == (calls, 1)


async def test_after_a_refusal_the_next_edit_there_is_seen() -> None:
    studio, ada = await edited(Law.NEWEST)
    studio.gym.faults.fail_next("members.push", GatewayRejected("no"))
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Kaiser"})
    await studio.members_synced()
    assert studio.member(ada).last_name == "Kaiser"
    await rests(studio)


@pytest.mark.parametrize(("law", "name"), [(Law.NEWEST, "Kaiser"), (Law.OURS, "King")])
async def test_a_record_that_changed_there_meanwhile_is_decided_anew(law: Law, name: str) -> None:
    studio, ada = await edited(law)

    def meanwhile() -> None:
        studio.clock.advance(A_MINUTE)
        studio.books.members.edit(ada, {"last_name": "Kaiser"})

    studio.gym.faults.meanwhile("members.get", meanwhile)
    run = await studio.members_synced()
    assert run.counts.pushed == 0
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    assert there(studio, ada, "last_name") == "Kaiser", "it is not written over unseen"
    assert due(studio) == {ada}
    await studio.members_synced()
    assert there(studio, ada, "last_name") == studio.member(ada).last_name == name
    await rests(studio)


@pytest.mark.parametrize(
    ("refusal", "state", "level"),
    [(None, PushState.DROPPED, logging.INFO), (GatewayRejected("no"), PushState.REFUSED, logging.WARNING)],
)
async def test_only_a_push_that_needs_somebody_is_warned_of(
    refusal: GatewayError | None, state: PushState, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    studio, ada = await edited(Law.NEWEST)
    if refusal is None:
        studio.gym.faults.meanwhile("members.get", lambda: studio.books.members.edit(ada, {"last_name": "Kaiser"}))
    else:
        studio.gym.faults.fail_next("members.push", refusal)
    await studio.members_synced()
    told = [record.levelno for record in caplog.records if record.getMessage() == f"push {state.value}"]
    assert told == [level]


async def test_under_ask_a_change_there_meanwhile_is_asked_about() -> None:
    studio, ada = await edited(Law.ASK)
    studio.gym.faults.meanwhile("members.get", lambda: studio.books.members.edit(ada, {"last_name": "Kaiser"}))
    await studio.members_synced()
    await studio.members_synced()
    (asked,) = open_conflicts(studio)
    assert (asked.base, asked.ours, asked.theirs) == ("Byron", "King", "Kaiser")


async def test_another_edit_there_during_the_push_is_seen_by_the_next_run() -> None:
    studio, ada = await edited()
    await set_policy(studio, MEMBER, fields={"city": "theirs"})
    studio.gym.faults.meanwhile("members.push", lambda: studio.books.members.edit(ada, {"city": "Bonn"}))
    assert (await studio.members_synced()).counts.pushed == 1
    await studio.members_synced()
    assert (studio.member(ada).city, there(studio, ada, "last_name")) == ("Bonn", "King")
    await rests(studio)


@pytest.mark.parametrize("error", [None, GatewayNotFound("gone")])
async def test_a_record_that_went_meanwhile_is_no_refusal(error: GatewayError | None) -> None:
    studio, ada = await edited(Law.NEWEST)
    if error is not None:
        studio.gym.faults.fail_next("members.push", error)
    studio.gym.faults.meanwhile("members.push" if error else "members.get", lambda: studio.books.members.remove(ada))
    await studio.members_synced()
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    await studio.members_synced()
    (asked,) = open_conflicts(studio)
    assert asked.field == "*"
    assert studio.member(ada).last_name == "King"


async def test_an_answer_that_nobody_can_read_is_looked_at_again() -> None:
    studio, ada = await edited()
    studio.gym.faults.meanwhile("members.push", lambda: studio.books.members.spoil(ada))
    run = await studio.members_synced()
    assert run.state is RunState.COMPLETED
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    studio.books.members.get(ada).unreadable = False
    await studio.members_synced()
    assert there(studio, ada, "last_name") == "King"
    await rests(studio)


@pytest.mark.parametrize("deletes", [False, True])
async def test_an_answer_about_another_record_is_an_error_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, deletes: bool
) -> None:
    studio = Studio(default=Law.OURS)
    await set_policy(studio, LEAD, delete_there=True)
    grace, other = studio.attract("Grace"), studio.attract("Grace")
    await studio.leads_synced()
    if deletes:
        lead = studio.lead(grace)
        await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove_many([lead]))
    else:
        await edit_lead(studio, grace, last_name="King")
    find = studio.books.leads.find
    # The provider mixes them up once the push looks: the plan was made before.
    studio.gym.faults.meanwhile(
        "leads.get", lambda: monkeypatch.setattr(studio.books.leads, "find", lambda _: find(other))
    )
    if not deletes:
        studio.books.leads.edit(grace, {"notes": "seen by the walk"})
    run = await studio.leads_synced()
    assert (run.state, run.counts.errors, run.counts.pushed) == (RunState.COMPLETED, 1, 0)
    (error,) = await studio.read(lambda uow: uow.runs.recent_errors(9))
    assert error.external_id == grace
    assert other in error.message
    assert (writes(studio), len(studio.books.leads)) == ([], 2)
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    assert due(studio, LEAD) == {grace}
    monkeypatch.setattr(studio.books.leads, "find", find)
    assert (await studio.leads_synced()).counts.pushed == 1
    await rests(studio)


# -- what is made there ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1])
async def test_a_lead_whose_making_was_not_answered_is_made_once(studio: Studio, after: int) -> None:
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    ours = await captured(studio)
    studio.gym.faults.fail_next("leads.create", DOWN, after=after)
    assert (await studio.leads_synced(whole=True)).state is RunState.FAILED
    run = await studio.leads_synced()
    assert (run.state, run.counts.pushed) == (RunState.COMPLETED, 1)
    assert len(studio.books.leads) == 2
    assert studio.lead("1002").id == ours.id
    await studio.leads_synced()
    await rests(studio)


async def without_address(studio: Studio) -> None:
    """A lead without an e-mail address, which the provider deleted and we edited: it is to be made there anew."""
    await set_policy(studio, LEAD, create_there=True, default="newest")
    studio.attract("Other")
    there = studio.attract("Grace", email=None)
    await studio.leads_synced()
    await edit_lead(studio, there, last_name="Murray")
    studio.books.leads.remove(there)


@pytest.mark.parametrize("error", [DOWN, None])
async def test_one_that_cannot_be_looked_up_is_not_made_blindly_again(
    studio: Studio, error: GatewayError | None
) -> None:
    """Whether the answer is lost, or the process dies before it could be kept."""
    await without_address(studio)
    if error is None:
        studio.gym.faults.meanwhile("leads.create", _killed)
        with pytest.raises(KeyboardInterrupt):
            await studio.leads_synced()
        studio.books.leads.add({"last_name": "Murray", "status": "new"})
    else:
        studio.gym.faults.fail_next("leads.create", error, after=1)
        assert (await studio.leads_synced()).state is RunState.FAILED
    await studio.leads_synced()
    (push,) = pushes(studio)
    assert push.state is PushState.UNSURE
    assert "by hand" in (push.why or "")
    assert len(studio.books.leads) == 2


def _killed() -> None:
    raise KeyboardInterrupt


async def test_one_that_cannot_be_looked_up_is_made_once_where_all_goes_well(studio: Studio) -> None:
    await without_address(studio)
    assert (await studio.leads_synced()).counts.pushed == 1
    assert len(studio.books.leads) == 2
    await studio.leads_synced()
    await rests(studio)
    assert (await state(studio, LEAD)).phase.value == "idle"


@pytest.mark.parametrize("at_once", [False, True])
async def test_one_that_may_be_made_at_one_account_is_made_at_no_other(
    monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    studio = Studio()
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    grace = await captured(studio)
    second = studio.add_account("second", studio.stored_account().base_url or "")
    planned_there = await studio.desk.plan(studio.tenant.id, second.id, "leads", whole=True)
    studio.gym.faults.fail_next("leads.create", GatewayUnavailable("no answer"))
    await studio.leads_synced(whole=True)
    assert [push.local_id for push in pushes(studio, PushState.WAITING)] == [grace.id]
    assert planned_there.plan_id is not None
    if at_once:
        # The first looks are as early as the other account's, which nobody sees before it is committed.
        looks: list[None] = []

        async def look(*asked: Any) -> Collection[UUID]:
            looks.append(None)
            return () if len(looks) <= len(LOOKERS) else await tied_elsewhere(*asked)

        for looker in LOOKERS:
            monkeypatch.setattr(looker, "tied_elsewhere", look)
        await studio.desk.apply(studio.tenant.id, planned_there.plan_id)
    else:
        with pytest.raises(PlanStale):
            await studio.desk.apply(studio.tenant.id, planned_there.plan_id)
        await studio.sync_leads(studio.tenant.id, second.id, force=True, whole=True)
    run = await studio.sync_leads(studio.tenant.id, second.id, force=True, whole=True)
    assert run.plan_id is None, "it is not even planned"
    assert [push.account_id for push in pushes(studio)] == [studio.account.id], "not by a plan, and not by a run"


async def test_one_that_changed_before_it_was_to_be_made_there_leaves_nothing_due(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no record of the provider to look at: the next listing finds it."""
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    grace = await captured(studio)
    apply = Execution.apply

    async def edited_before(self: Execution, *args: Any) -> None:
        await edit_ours(studio, grace.id, last_name="Murray")
        await apply(self, *args)

    monkeypatch.setattr(Execution, "apply", edited_before)
    await studio.leads_synced(whole=True)
    assert (pushes(studio), due(studio, LEAD)) == ([], set())
    monkeypatch.undo()
    assert (await studio.leads_synced(whole=True)).counts.pushed == 1


async def refused_there(studio: Studio) -> LeadId:
    """A lead of ours that the provider does not take."""
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    grace = await captured(studio)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no such name"))
    await studio.leads_synced(whole=True)
    return grace.id


async def test_what_the_provider_did_not_take_is_tried_again_once_it_was_edited_and_once_per_value(
    studio: Studio,
) -> None:
    grace = await refused_there(studio)
    await rests(studio)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("not that one either"))
    await edit_ours(studio, grace, last_name="Murray")
    await studio.leads_synced(whole=True)
    assert [push.why for push in pushes(studio, PushState.REFUSED)] == ["no such name", "not that one either"]
    await rests(studio)
    assert writes(studio) == ["leads.create"] * 2
    await edit_ours(studio, grace, last_name="Hopper-Murray")
    assert (await studio.leads_synced(whole=True)).counts.pushed == 1
    assert studio.lead("1002").id == grace
    await studio.leads_synced()
    await rests(studio)


async def test_a_plan_to_try_it_again_is_not_stale_because_of_the_first_try(studio: Studio) -> None:
    await edit_ours(studio, await refused_there(studio), last_name="Murray")
    plan = await planned(studio, "leads", whole=True)
    run = await applied(studio, plan.plan_id)
    assert (run.state, run.counts.pushed) == (RunState.COMPLETED, 1)


async def test_a_plan_to_try_it_again_is_stale_once_it_was_tried(studio: Studio) -> None:
    await edit_ours(studio, await refused_there(studio), last_name="Murray")
    plan = await planned(studio, "leads", whole=True)
    old = pushes(studio)[0]
    tried = attrs.evolve(old, id=PushId(uuid4()), created_at=studio.clock.now(), values={"last_name": "Murray"})
    await studio.transactions.run(studio.tenant.id, "push", lambda uow: uow.pushes.add(tried))
    with pytest.raises(PlanStale):
        await applied(studio, plan.plan_id)


async def test_what_was_not_taken_back_is_tried_again_once_it_was_edited(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True, default="newest")
    grace = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, grace, last_name="Murray")
    local = studio.lead(grace).id
    studio.books.leads.remove(grace)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no"))
    await studio.leads_synced()
    assert len(open_conflicts(studio)) == 1
    await studio.leads_synced(whole=True)
    await rests(studio)
    await edit_lead(studio, grace, last_name="Hopper-Murray")
    run = await studio.leads_synced(whole=True)
    assert (run.counts.pushed, len(pushes(studio)), open_conflicts(studio)) == (1, 2, [])
    (entry,) = studio.books.leads.entries()
    assert (studio.lead(entry.external_id).id, entry.values["last_name"]) == (local, "Hopper-Murray")
    await studio.leads_synced()
    await rests(studio)


async def test_what_may_have_been_made_there_is_not_made_again_whatever_is_edited(studio: Studio) -> None:
    await without_address(studio)
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced()
    await studio.leads_synced()
    assert [push.state for push in pushes(studio)] == [PushState.UNSURE]
    await edit_ours(studio, studio.lead("1002").id, last_name="King", email=EmailAddress("grace@example.org"))
    await studio.leads_synced(whole=True)
    assert writes(studio) == ["leads.create"]


# -- two of ours that the provider could not tell apart ----------------------------------------------------------------


async def twins(studio: Studio) -> None:
    """Two leads of ours with one address, of which the provider has none."""
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    await captured(studio, email="hopper@example.org")
    await captured(studio, "Mary", email="hopper@example.org")


async def test_two_of_ours_with_one_address_are_not_made_there(studio: Studio) -> None:
    await twins(studio)
    run = await studio.leads_synced(whole=True)
    assert (run.state, run.counts.errors, pushes(studio)) == (RunState.COMPLETED, 2, [])
    errors = await studio.read(lambda uow: uow.runs.recent_errors(100))
    assert {(error.code, error.external_id) for error in errors} == {("ambiguous_twin", None)}
    assert all("merge them or give one another address" in error.message for error in errors)
    await rests(studio)


async def test_two_of_ours_with_one_address_are_made_once_they_have_two(studio: Studio) -> None:
    await twins(studio)
    await studio.leads_synced(whole=True)
    (mary,) = [lead for lead in studio.leads() if lead.first_name == "Mary"]
    await edit_ours(studio, mary.id, email=EmailAddress("mary@example.org"))
    assert (await studio.leads_synced(whole=True)).counts.pushed == 2
    await studio.leads_synced()
    await rests(studio)


async def edit_ours(studio: Studio, lead_id: LeadId, **values: object) -> None:
    async def edit(uow: UnitOfWork) -> None:
        stored = await uow.leads.get(lead_id)
        for name, value in values.items():
            setattr(stored, name, value)
        await uow.leads.save(stored)

    await studio.transactions.run(studio.tenant.id, "edit_lead", edit)


async def test_one_that_is_to_be_made_there_is_not_sent_while_its_twin_may_be_there(studio: Studio) -> None:
    """The answer about the first was lost; by its address, the second would be taken for it."""
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    grace = await captured(studio)
    studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)
    (first,) = pushes(studio, PushState.WAITING)
    mary = await to_be_made(studio, first)
    await studio.leads_synced()
    assert [entry.values["first_name"] for entry in studio.books.leads.entries()] == ["Other", "Grace"]
    assert [push.local_id for push in pushes(studio, PushState.DONE)] == [grace.id], "the one that was on its way"
    (refused,) = pushes(studio, PushState.REFUSED)
    assert refused.local_id == mary


async def to_be_made(studio: Studio, first: Push) -> UUID:
    """Another of ours with the same address, that is to be made there, too."""
    mary = await captured(studio, "Mary", email="grace@example.org")

    async def send(uow: UnitOfWork) -> None:
        await uow.pushes.add(attrs.evolve(first, id=PushId(uuid4()), local_id=mary.id, attempts=0))

    await studio.transactions.run(studio.tenant.id, "push", send)
    return mary.id


async def test_one_that_was_sent_before_the_process_died_is_looked_up_though_it_has_a_twin_now(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    grace = await captured(studio)
    studio.gym.faults.meanwhile("leads.create", _killed)
    with pytest.raises(KeyboardInterrupt):
        await studio.leads_synced(whole=True)
    studio.books.leads.add({"first_name": "Grace", "last_name": "Hopper", "email": "grace@example.org"})
    (first,) = pushes(studio, PushState.WAITING)
    await to_be_made(studio, first)
    await studio.leads_synced()
    assert {push.local_id for push in pushes(studio, PushState.DONE)} == {grace.id}
    assert len(studio.books.leads) == 2


async def linked_twice() -> tuple[Studio, MemoryGym, ProviderAccount, Lead]:
    """A lead of ours without a link, that two gyms have."""
    studio = Studio()
    gym, second = second_gym(studio)
    studio.sync_leads = attrs.evolve(
        studio.sync_leads, sync=attrs.evolve(studio.sync_leads._sync, gyms=studio.sync_members._sync._gyms)
    )
    grace = await captured(studio, phone="030 1", account_id=studio.account.id)  # type: ignore[arg-type]  # an id among texts
    values = {"first_name": "Grace", "last_name": "Hopper", "email": "grace@example.org", "phone": "030 1"}
    for books in (studio.books, gym.books):
        books.leads.add({**values, "status": "new"})
    return studio, gym, second, grace


async def links_of(studio: Studio, lead: Lead) -> int:
    return len(await studio.read(lambda uow: uow.sync_records.of_local(LEAD, lead.id)))


async def test_a_plan_that_pairs_one_that_another_account_has_by_now_is_stale() -> None:
    studio, _, second, grace = await linked_twice()
    run = await planned(studio, "leads")
    assert run.plan_id is not None
    studio.clock.advance(A_MINUTE)
    await studio.sync_leads(studio.tenant.id, second.id, force=True)
    with pytest.raises(PlanStale):
        await applied(studio, run.plan_id)
    assert await links_of(studio, grace) == 1


async def test_two_accounts_that_planned_the_same_pairing_do_not_both_make_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio, _, second, grace = await linked_twice()
    plan = Execution.plan

    async def overtaken(self: Execution, opened: Opened, *args: Any, **more: Any) -> Any:
        made = await plan(self, opened, *args, **more)
        monkeypatch.setattr(Execution, "plan", plan)
        await studio.sync_leads(studio.tenant.id, second.id, force=True)
        return made

    monkeypatch.setattr(Execution, "plan", overtaken)
    await studio.leads_synced()
    assert await links_of(studio, grace) == 1
    for _ in range(2):
        await studio.leads_synced(whole=True)
        await studio.sync_leads(studio.tenant.id, second.id, force=True, whole=True)
    assert await links_of(studio, grace) == 1
    assert len(studio.leads()) == 2, "the other gym's is one of its own"
