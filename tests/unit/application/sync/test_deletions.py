"""Only proof deletes: a tombstone, the provider's word, a complete listing; and what goes is in the journal."""

import attrs
import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import CursorExpired, GatewayError, GatewayRejected, GatewayUnavailable
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import Counts, RunState
from tresen.domain.sync.schema import Value

from ..stirring import calm, stir
from ..studio import A_DAY, AN_HOUR, BOOKS, Studio
from .scene import captured, due, edit_lead, gets, open_conflicts, pushes, rests, set_policy, synced_crowd, writes


async def test_a_tombstone_deletes_without_a_question(studio: Studio) -> None:
    ids = await synced_crowd(studio, 5)
    studio.books.members.remove(ids[0])
    run = await studio.members_synced()
    assert (run.counts.deleted, run.state) == (1, RunState.COMPLETED)
    assert not studio.knows("member", ids[0])
    assert {m.first_name for m in studio.members()} == {"M1", "M2", "M3", "M4"}
    assert gets(studio) == 0
    await rests(studio)


async def test_what_a_complete_listing_lacks_is_deleted_when_the_provider_says_so(studio: Studio) -> None:
    ids = await synced_crowd(studio, 5)
    studio.books.members.remove(ids[0])
    studio.books.members.forget()
    assert (await studio.members_synced()).counts.deleted == 1
    assert not studio.knows("member", ids[0])
    assert gets(studio) == 1
    await rests(studio)


async def test_a_provider_that_tells_no_deletions_is_listed_every_day(studio: Studio) -> None:
    studio.gym.habits = Habits(tells_gone=False)
    ids = await synced_crowd(studio, 5)
    studio.books.members.remove(ids[0])
    await studio.members_synced()
    assert studio.knows("member", ids[0])
    studio.clock.advance(A_DAY)
    assert (await studio.members_synced()).counts.deleted == 1
    assert not studio.knows("member", ids[0])


@pytest.mark.parametrize("pages", [0, 1, 2])
async def test_a_listing_that_breaks_off_deletes_nobody(studio: Studio, pages: int) -> None:
    ids = await synced_crowd(studio, 5)
    studio.books.members.remove(ids[0])
    studio.books.members.forget()
    before = studio.rows(without=BOOKS)
    studio.gym.faults.fail_next("members", GatewayUnavailable("503"), after=pages)
    assert (await studio.members_synced()).state is RunState.FAILED
    assert studio.rows(without=BOOKS) == before


async def test_a_provider_that_cannot_say_whether_it_is_gone_deletes_nobody(studio: Studio) -> None:
    ids = await synced_crowd(studio, 5)
    studio.books.members.remove(ids[0])
    studio.books.members.forget()
    studio.gym.faults.fail_next("members.get", GatewayUnavailable("503"))
    run = await studio.members_synced()
    assert (run.state, run.counts.errors) == (RunState.COMPLETED, 1)
    assert studio.knows("member", ids[0])
    assert due(studio) == {ids[0]}
    assert (await studio.members_synced()).counts.deleted == 1


async def test_one_record_that_is_never_shown_does_not_hold_up_the_others(studio: Studio) -> None:
    ids = await synced_crowd(studio, 40)
    for one in ids[:2]:
        studio.books.members.remove(one)
    studio.books.members.forget()
    studio.gym.faults.fail_next("members.get", GatewayUnavailable("500"))
    run = await studio.members_synced()
    assert (run.state, run.counts.errors, run.counts.deleted) == (RunState.COMPLETED, 1, 1)
    assert due(studio) == {ids[0]}


async def test_three_that_are_not_shown_one_after_the_other_are_an_outage(studio: Studio) -> None:
    ids = await synced_crowd(studio, 60)
    for one in ids[:5]:
        studio.books.members.remove(one)
    studio.books.members.forget()
    for _ in range(9):
        studio.gym.faults.fail_next("members.get", GatewayUnavailable("503"))
    run = await studio.members_synced()
    assert (run.state, run.reason, run.counts.deleted) == (RunState.FAILED, "503", 0)
    assert gets(studio) == 3
    assert len(studio.members()) == 60


async def test_an_answer_about_another_record_says_nothing_about_the_one_asked_for(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await synced_crowd(studio, 5)
    studio.books.members.remove(ids[0])
    studio.books.members.forget()
    other = studio.books.members.get(ids[1])
    monkeypatch.setattr(studio.books.members, "find", lambda _: other)
    run = await studio.members_synced()
    assert (run.state, run.counts.errors, run.counts.deleted) == (RunState.COMPLETED, 1, 0)
    assert due(studio) == {ids[0]}


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_pages_that_shift_delete_nobody_and_miss_nobody(studio: Studio, page: int) -> None:
    studio.gym.habits = Habits(pages_shift=True)
    ids = await synced_crowd(studio, 8)
    studio.books.members.edit(ids[-1], {"last_name": "King"})
    studio.gym.faults.meanwhile("members", lambda: studio.books.members.remove(ids[0]), page=page)
    await studio.members_synced(whole=True)
    await studio.members_synced()
    assert {m.first_name for m in studio.members()} == {f"M{n}" for n in range(1, 8)}
    assert studio.member(ids[-1]).last_name == "King"
    await rests(studio)


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_pages_that_shift_hide_nobody_from_a_first_load(studio: Studio, page: int) -> None:
    """Nobody asks for one that has no link, and no change tells of it."""
    studio.gym.habits = Habits(pages_shift=True)
    ids = [studio.attract(f"L{n}") for n in range(8)]
    studio.clock.advance(AN_HOUR)
    studio.gym.faults.meanwhile("leads", lambda: studio.books.leads.remove(ids[0]), page=page)
    await studio.leads_synced()
    assert {lead.first_name for lead in studio.leads()} >= {f"L{n}" for n in range(1, 8)}
    await studio.leads_synced()
    assert {lead.first_name for lead in studio.leads()} == {f"L{n}" for n in range(1, 8)}
    await rests(studio)


async def test_what_goes_is_in_the_journal_value_by_value(studio: Studio) -> None:
    ids = await synced_crowd(studio, 3, city="Bonn")
    gone = studio.member(ids[0])
    studio.books.members.remove(ids[0])
    run = await studio.members_synced()
    changes = studio.changes()
    assert changes[0].field == WHOLE
    assert {(c.run_id, c.external_id, c.local_id) for c in changes} == {(run.id, ids[0], gone.id)}
    assert {c.field: c.ours for c in changes[1:]} == {
        "first_name": "M0",
        "last_name": "Byron",
        "email": "m0@example.org",
        "phone": "030 123456",
        "status": "active",
        "city": "Bonn",
    }


async def test_memberships_go_before_their_member(studio: Studio) -> None:
    ids = await synced_crowd(studio, 3)
    sold = studio.sell_there(ids[0])
    await studio.members_synced()
    studio.books.members.remove(ids[0])
    studio.books.memberships.remove(sold)
    run = await studio.members_synced()
    assert (run.state, run.counts.deleted) == (RunState.COMPLETED, 2)
    assert studio.memberships() == []
    await rests(studio)


async def test_a_member_stays_while_something_belongs_to_it(studio: Studio) -> None:
    ids = await synced_crowd(studio, 3)
    sold = studio.sell_there(ids[0])
    await studio.members_synced()
    studio.books.members.remove(ids[0])
    run = await studio.members_synced()
    assert (run.state, run.counts.errors, run.counts.deleted) == (RunState.COMPLETED, 1, 0)
    assert studio.knows("member", ids[0])
    assert due(studio) == {ids[0]}
    studio.books.memberships.remove(sold)
    run = await studio.members_synced()
    assert (run.counts.errors, run.counts.deleted) == (0, 2)
    assert due(studio) == set()
    await rests(studio)


# -- deleted there, edited here --------------------------------------------------------------------------------------


async def edited_and_gone(studio: Studio, *, deletes: str, create_there: bool = False) -> str:
    """A lead that we edited and they deleted."""
    await set_policy(studio, LEAD, default="newest", deletes=deletes, create_there=create_there)
    there = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, there, last_name="Murray")
    studio.books.leads.remove(there)
    return there


@pytest.mark.parametrize("deletes", ["keep_edited", "ask"])
async def test_what_we_edited_is_kept_and_asked_about(studio: Studio, deletes: str) -> None:
    there = await edited_and_gone(studio, deletes=deletes)
    run = await studio.leads_synced()
    assert (run.counts.conflicts, run.counts.deleted) == (1, 0)
    (asked,) = open_conflicts(studio)
    assert (asked.external_id, asked.field, asked.local_id) == (there, WHOLE, studio.lead(there).id)
    assert studio.lead(there).last_name == "Murray"
    await rests(studio)


async def test_where_the_deletion_wins_the_edit_is_journalled(studio: Studio) -> None:
    await edited_and_gone(studio, deletes="delete")
    assert (await studio.leads_synced()).counts.deleted == 1
    assert studio.leads() == []
    assert ("last_name", "Hopper", "Murray") in {(c.field, c.base, c.ours) for c in studio.changes()}
    await rests(studio)


async def test_what_we_edited_is_made_there_anew_where_that_is_allowed(studio: Studio) -> None:
    gone = await edited_and_gone(studio, deletes="keep_edited", create_there=True)
    local = studio.lead(gone).id
    run = await studio.leads_synced()
    assert (run.counts.pushed, run.counts.conflicts) == (1, 0)
    assert not studio.knows("lead", gone)
    (entry,) = studio.books.leads.entries()
    assert studio.lead(entry.external_id).id == local
    assert entry.values["last_name"] == "Murray"
    await studio.leads_synced()
    assert len(pushes(studio)) == 1
    await rests(studio)


def returns(studio: Studio, lead: str, **values: Value) -> None:
    """The provider shows it again, under the id that it had."""
    known = studio.books.leads.add({"first_name": "Grace", "last_name": "Hopper", "status": "new", **values})
    entry = studio.books.leads._entries.pop(known)
    studio.books.leads._entries[lead] = attrs.evolve(entry, external_id=lead)


async def not_taken_back(studio: Studio, error: GatewayError) -> str:
    """One that is to be made there anew, at the first try."""
    gone = await edited_and_gone(studio, deletes="keep_edited", create_there=True)
    studio.gym.faults.fail_next("leads.create", error)
    await studio.leads_synced()
    return gone


async def test_one_that_the_provider_does_not_take_back_is_asked_about_and_found_when_it_returns(
    studio: Studio,
) -> None:
    gone = await not_taken_back(studio, GatewayRejected("no"))
    (asked,) = open_conflicts(studio)
    assert (asked.external_id, asked.field, asked.local_id) == (gone, WHOLE, studio.lead(gone).id)
    await studio.leads_synced(whole=True)
    await rests(studio)
    assert len(pushes(studio)) == 1, "it is not asked again"
    returns(studio, gone, email=None)
    await studio.leads_synced(whole=True)
    assert len(studio.leads()) == len(studio.books.leads) == 1
    assert open_conflicts(studio) == []


async def test_one_that_the_provider_does_not_take_back_may_be_deleted_here(studio: Studio) -> None:
    await not_taken_back(studio, GatewayRejected("no"))
    (asked,) = open_conflicts(studio)
    choice = ConflictChoice(tenant_id=studio.tenant.id, conflict_id=asked.id, choice=Choice.THEIRS, by="Eva")
    await studio.desk.resolve(choice)
    assert studio.leads() == []
    await rests(studio)


async def test_one_that_waits_to_be_made_there_anew_is_found_when_it_returns(studio: Studio) -> None:
    gone = await not_taken_back(studio, GatewayUnavailable("503"))
    assert studio.knows("lead", gone)
    returns(studio, gone, email=None)
    studio.gym.faults.fail_next("leads.create", GatewayUnavailable("503"))
    await studio.leads_synced(whole=True)
    await studio.leads_synced(whole=True)
    assert [push.state for push in pushes(studio) if push.external_id is None] == [PushState.DROPPED]
    assert len(studio.leads()) == len(studio.books.leads) == 1


async def test_one_that_was_not_taken_back_meets_what_a_person_made_there(studio: Studio) -> None:
    gone = await not_taken_back(studio, GatewayRejected("no"))
    made = studio.attract("Grace", last_name="Murray")
    await studio.leads_synced()
    assert (len(studio.leads()), studio.lead(made).last_name) == (1, "Murray")
    assert not studio.knows("lead", gone)
    assert open_conflicts(studio) == []
    await studio.leads_synced()
    await rests(studio)


async def test_where_writing_is_switched_off_meanwhile_a_person_is_asked(studio: Studio) -> None:
    gone = await not_taken_back(studio, GatewayUnavailable("503"))
    studio.change_account(writes_enabled=False)
    await studio.leads_synced()
    assert [push.state for push in pushes(studio)] == [PushState.UNSURE], "it was sent, and may be there"
    assert [(each.external_id, each.field) for each in open_conflicts(studio)] == [(gone, WHOLE)]
    assert studio.knows("lead", gone)


async def test_an_unedited_record_is_kept_where_nothing_may_be_deleted_here(studio: Studio) -> None:
    await set_policy(studio, MEMBER, delete_here=False)
    ids = await synced_crowd(studio, 12)
    for one in ids[:6]:
        studio.books.members.remove(one)
    studio.books.members.forget()
    run = await studio.members_synced()
    assert (run.state, run.counts.deleted) == (RunState.COMPLETED, 0)
    assert len(studio.members()) == 12
    assert gets(studio) == 0
    await rests(studio)


async def test_a_record_that_was_never_here_and_is_gone_needs_nothing(studio: Studio) -> None:
    ids = await synced_crowd(studio, 3)
    studio.books.members.spoil(studio.enrol("Odd"))
    await studio.members_synced()
    assert due(studio) == {"1004"}
    studio.books.members.remove("1004")
    assert (await studio.members_synced()).counts == Counts(unchanged=3)
    assert due(studio) == set()
    assert len(studio.members()) == len(ids)


async def test_a_record_that_nobody_knows_any_more_leaves_the_due_ones_in_a_listing_too(studio: Studio) -> None:
    studio.gym.habits = Habits(tells_changes=False)
    await synced_crowd(studio, 3)
    studio.books.members.spoil(studio.enrol("Odd"))
    await studio.members_synced()
    studio.books.members.remove("1004")
    await studio.members_synced()
    assert due(studio) == set()


async def test_the_cursor_expires_amid_tombstones_and_nobody_is_deleted_twice(studio: Studio) -> None:
    ids = await synced_crowd(studio, 12)
    for one in ids[:4]:
        studio.books.members.remove(one)
    studio.gym.faults.fail_next("members.changes", CursorExpired("410"), after=7)
    run = await studio.members_synced()
    assert (run.state, run.counts.deleted) == (RunState.COMPLETED, 4)
    assert due(studio) == set()
    await rests(studio)


async def test_a_record_deleted_here_is_deleted_there_only_where_that_is_allowed() -> None:
    for allowed in (False, True):
        studio = Studio(default=Law.OURS)
        await set_policy(studio, LEAD, delete_there=allowed)
        there = studio.attract()
        await studio.leads_synced()
        await deleted_here(studio, there)
        run = await studio.leads_synced()
        assert (len(studio.books.leads), run.counts.pushed) == ((0, 1) if allowed else (1, 0))
        assert studio.knows("lead", there) != allowed
        await rests(studio)


async def test_a_record_that_goes_here_before_its_step_is_applied_is_looked_at_again(studio: Studio) -> None:
    (ada, _) = await synced_crowd(studio, 2)
    local = studio.member(ada)
    studio.books.members.edit(ada, {"last_name": "King"})

    async def meanwhile() -> None:
        calm(studio.gym)
        await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.members.remove_many([local]))

    stir(studio.gym, MEMBERSHIP, meanwhile)
    assert (await studio.members_synced()).counts == Counts(unchanged=1)
    assert due(studio) == {ada}
    studio.clock.advance(AN_HOUR)
    await studio.members_synced()
    assert (studio.member(ada).id, studio.member(ada).last_name) == (local.id, "King")
    await rests(studio)


@pytest.mark.parametrize("whole", [True, False])
async def test_a_record_that_the_provider_will_not_show_stops_no_other(studio: Studio, whole: bool) -> None:
    ids = await synced_crowd(studio, 5)
    studio.books.members.remove(ids[0])
    studio.books.members.forget()
    studio.books.members.edit(ids[1], {"last_name": "King"})
    studio.gym.faults.fail_next("members.get", GatewayRejected("400"))
    run = await studio.members_synced(whole=whole)
    assert (run.state, run.counts.errors, run.counts.updated, run.counts.deleted) == (RunState.COMPLETED, 1, 1, 0)
    assert studio.knows("member", ids[0]), "nobody said that it is gone"
    assert (await studio.members_synced()).counts.deleted == 1
    assert due(studio) == set()


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("deletes", "delete_there", "there_after", "asked"),
    [("keep_edited", False, 1, 0), ("keep_edited", True, 0, 0), ("ask", True, 0, 0)],
)
async def test_a_deletion_here_is_seen_by_the_next_run_and_looked_at_once(
    deletes: str, delete_there: bool, there_after: int, asked: int, whole: bool
) -> None:
    studio = Studio(default=Law.OURS)
    await set_policy(studio, LEAD, deletes=deletes, delete_there=delete_there)
    there = studio.attract()
    studio.attract("Other")
    await studio.leads_synced()
    await _much_later(studio)
    await deleted_here(studio, there)
    run = await studio.leads_synced(whole=whole)
    assert run.state is RunState.COMPLETED
    assert (len(studio.books.leads) - 1, len(open_conflicts(studio))) == (there_after, asked)
    calls = gets(studio)
    await studio.leads_synced()
    assert gets(studio) == calls, "its link says now that it is gone here"
    await rests(studio)


@pytest.mark.parametrize(("deletes", "back", "asked"), [("keep_edited", True, 0), ("ask", False, 1)])
async def test_what_we_deleted_and_they_edited_is_decided_by_the_next_run(deletes: str, back: bool, asked: int) -> None:
    studio = Studio(default=Law.OURS)
    await set_policy(studio, LEAD, deletes=deletes, delete_there=True)
    there = studio.attract()
    await studio.leads_synced()
    await _much_later(studio)
    await deleted_here(studio, there)
    studio.books.leads.get(there).values["last_name"] = "Murray"  # the provider's feed does not tell
    await studio.leads_synced()
    assert (len(studio.leads()), len(open_conflicts(studio))) == (int(back), asked)
    assert len(studio.books.leads) == 1
    calls = gets(studio)
    await studio.leads_synced()
    assert gets(studio) == calls
    await rests(studio)


async def test_an_earlier_refusal_of_a_field_does_not_keep_a_deletion_from_being_sent() -> None:
    studio = Studio(default=Law.OURS)
    await set_policy(studio, LEAD, delete_there=True)
    there = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, there, last_name="Murray")
    studio.gym.faults.fail_next("leads.push", GatewayRejected("no"))
    await studio.leads_synced()
    await edit_lead(studio, there, last_name="Hopper")
    await studio.leads_synced()
    await deleted_here(studio, there)
    assert (await studio.leads_synced()).counts.pushed == 1
    assert len(studio.books.leads) == 0
    await rests(studio)


async def test_what_was_made_there_and_deleted_here_before_the_next_run_is_deleted_there() -> None:
    studio = Studio(default=Law.OURS)
    await set_policy(studio, LEAD, create_there=True, delete_there=True)
    await captured(studio)
    assert (await studio.leads_synced(whole=True)).counts.pushed == 1
    (there,) = studio.books.leads.entries()
    await deleted_here(studio, there.external_id)
    assert (await studio.leads_synced()).counts.pushed == 1
    assert len(studio.books.leads) == 0
    await rests(studio)


async def test_what_is_gone_on_both_sides_is_forgotten_by_the_next_run(studio: Studio) -> None:
    studio.gym.habits = Habits(tells_gone=False)
    there = studio.attract()
    await studio.leads_synced()
    await deleted_here(studio, there)
    studio.books.leads.remove(there)
    await studio.leads_synced()
    assert not studio.knows(LEAD, there)
    await rests(studio)


@pytest.mark.parametrize("arrived", [0, 1])
@pytest.mark.parametrize("still_down", [False, True])
async def test_what_waited_to_be_written_does_not_bring_back_what_was_deleted_here(
    studio: Studio, arrived: int, still_down: bool
) -> None:
    await set_policy(studio, LEAD, default="newest", delete_there=True)
    ada, _ = studio.attract("Ada"), studio.attract("Bob")
    await studio.leads_synced()
    await edit_lead(studio, ada, first_name="Augusta")
    # Its answer is lost: before or after it took effect there.
    studio.gym.faults.fail_next("leads.push", GatewayUnavailable("503"), after=arrived)
    await studio.leads_synced()
    await deleted_here(studio, ada)
    if still_down:
        studio.gym.faults.fail_next("leads.get", GatewayUnavailable("503"))
    for _ in range(2):
        await studio.leads_synced()
    assert [lead.first_name for lead in studio.leads()] == ["Bob"]
    assert studio.books.leads.find(ada) is None
    assert not pushes(studio, PushState.WAITING)
    await rests(studio)


async def test_what_a_person_decided_before_it_was_deleted_here_does_not_bring_it_back(studio: Studio) -> None:
    await set_policy(studio, LEAD, default="ask", delete_there=True)
    ada, _ = studio.attract("Ada"), studio.attract("Bob")
    await studio.leads_synced()
    await edit_lead(studio, ada, first_name="Ours")
    studio.books.leads.edit(ada, {"first_name": "Theirs"})
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=Choice.OURS, by="Eva")
    )
    await deleted_here(studio, ada)
    await studio.leads_synced()
    assert [lead.first_name for lead in studio.leads()] == ["Bob"]
    assert studio.books.leads.find(ada) is None
    assert writes(studio) == ["leads.delete"]


async def test_what_was_edited_there_while_our_push_waited_is_an_edit(studio: Studio) -> None:
    await set_policy(studio, LEAD, default="newest", delete_there=True)
    ada, _ = studio.attract("Ada"), studio.attract("Bob")
    await studio.leads_synced()
    await edit_lead(studio, ada, first_name="Augusta")
    studio.gym.faults.fail_next("leads.push", GatewayUnavailable("503"), after=1)
    await studio.leads_synced()
    await deleted_here(studio, ada)
    studio.books.leads.edit(ada, {"phone": "030 99"})
    await studio.leads_synced()
    assert {lead.first_name for lead in studio.leads()} == {"Augusta", "Bob"}


async def test_what_was_deleted_here_before_it_was_made_there_is_not_made(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    grace = await captured(studio)
    studio.gym.faults.fail_next("leads.create", GatewayUnavailable("503"))
    await studio.leads_synced(whole=True)
    await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove(grace.id))
    await studio.leads_synced(whole=True)
    assert len(studio.books.leads) == len(studio.leads()) == 1
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]


async def _much_later(studio: Studio) -> None:
    """No overlap shows again what was there."""
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced()
    studio.clock.advance(AN_HOUR)


async def deleted_here(studio: Studio, there: str) -> None:
    lead = studio.lead(there)

    async def delete(uow: UnitOfWork) -> None:
        await uow.leads.remove_many([lead])

    await studio.transactions.run(studio.tenant.id, "delete_lead", delete)
