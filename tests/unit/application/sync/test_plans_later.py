"""A plan that is applied later is refused unless account and provider are as it was computed from."""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.kept_plan import GOOD_FOR, PlanStale, PlanState
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import RunState

from ..studio import A_MINUTE, BOOKS, Studio
from .scene import (
    applied,
    edit_lead,
    forgotten,
    planned,
    plans,
    pushes,
    rests,
    set_policy,
    state,
    synced_crowd,
    there,
    writes,
)

_BARE = timedelta(microseconds=1)


async def with_a_plan(studio: Studio) -> str:
    """Three members of whom one was edited there, and the plan that takes it; that one's id."""
    ids = await synced_crowd(studio, 3)
    await forgotten(studio)
    studio.books.members.edit(ids[0], {"last_name": "King"})
    await planned(studio)
    return ids[0]


async def is_refused(studio: Studio, why: str, *, accepted_by: str | None = None) -> None:
    """Twice, in these words, and nothing is written."""
    (plan,) = plans(studio)
    before, calls = studio.rows(without=BOOKS), writes(studio)
    for _ in range(2):
        with pytest.raises(PlanStale, match=why):
            await applied(studio, plan.id, accepted_by=accepted_by)
    assert studio.rows(without=BOOKS) == before
    assert writes(studio) == calls
    (plan,) = plans(studio)
    assert (plan.state, plan.accepted_by) == (PlanState.STALE, None)


async def is_applied(studio: Studio) -> None:
    (plan,) = plans(studio)
    assert (await applied(studio, plan.id)).state is RunState.COMPLETED


@pytest.mark.parametrize("change", ["another value", "cut"])
async def test_a_plan_of_which_something_else_is_kept_than_was_made_is_refused(studio: Studio, change: str) -> None:
    await with_a_plan(studio)
    steps = studio.store.room(studio.tenant.id).plan_steps
    ((key, (owner, (number, kind, text))),) = list(steps.items())
    if change == "cut":
        steps.remove(key)
    else:
        assert "King" in text
        steps.put(key, (owner, (number, kind, text.replace("King", "Queen"))))
    await is_refused(studio, "its fingerprint for members is not that of what is kept")


async def with_pushes(studio: Studio) -> None:
    there = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, there, last_name="Murray")
    await planned(studio, "leads")


async def test_a_plan_of_pushes_is_refused_when_writing_was_switched_off() -> None:
    studio = Studio(default=Law.OURS)
    await with_pushes(studio)
    studio.change_account(writes_enabled=False)
    await is_refused(studio, "switched off since")
    assert pushes(studio) == []


async def test_a_plan_without_pushes_is_refused_when_writing_was_switched_on() -> None:
    studio = Studio(default=Law.OURS)
    studio.change_account(writes_enabled=False)
    await with_pushes(studio)
    studio.change_account(writes_enabled=True)
    await is_refused(studio, "switched on since")


async def test_a_plan_is_refused_when_other_fields_may_be_written() -> None:
    studio = Studio(default=Law.OURS)
    await with_pushes(studio)
    fewer = {LEAD: studio.gym.habits.may_write(LEAD) - {"last_name"}}
    studio.gym.habits = attrs.evolve(studio.gym.habits, writable=fewer)
    await is_refused(studio, "what may be written of leads")


async def test_what_may_be_made_and_deleted_there_is_part_of_a_plan(studio: Studio) -> None:
    await set_policy(studio, MEMBER, create_there=True, delete_there=True)
    await with_a_plan(studio)
    part = plans(studio)[0].parts[0]
    assert part.writes
    assert {"create_there", "last_name"} <= set(part.permits)


async def test_a_held_plan_is_refused_as_well(studio: Studio) -> None:
    """Whoever is asked to let something through that would be refused then, is asked for nothing."""
    ids = await synced_crowd(studio, 20)
    for one in ids[:6]:
        studio.books.members.remove(one)
    await planned(studio)
    studio.change_account(writes_enabled=False)
    await is_refused(studio, "switched off since")


@pytest.mark.parametrize("accepted_by", [None, "Eva"])
async def test_a_held_plan_grows_too_old(studio: Studio, accepted_by: str | None) -> None:
    ids = await synced_crowd(studio, 20)
    for one in ids[:6]:
        studio.books.members.remove(one)
    await planned(studio)
    studio.clock.advance(GOOD_FOR)
    await is_refused(studio, "older than 24 hours", accepted_by=accepted_by)


@pytest.mark.parametrize(("later", "is_good"), [(GOOD_FOR, True), (GOOD_FOR + _BARE, False)])
async def test_a_plan_grows_too_old(studio: Studio, later: timedelta, is_good: bool) -> None:
    one = await with_a_plan(studio)
    studio.clock.advance(later - A_MINUTE)
    if is_good:
        await is_applied(studio)
        assert studio.member(one).last_name == "King"
    else:
        await is_refused(studio, "older than 24 hours; make a new plan")
        assert studio.member(one).last_name == "Byron"


def edited_again(studio: Studio, one: str) -> None:
    studio.books.members.edit(one, {"last_name": "Noel"})


def spoilt(studio: Studio, one: str) -> None:
    studio.books.members.edit(one, {})
    studio.books.members.spoil(one)


def edited_elsewhere(studio: Studio, one: str) -> None:
    """Of another field, which the plan has no decision of."""
    studio.books.members.edit(one, {"city": "Bonn"})


def gone(studio: Studio, one: str) -> None:
    studio.books.members.remove(one)


@pytest.mark.parametrize("happens", [edited_again, edited_elsewhere, spoilt, gone])
async def test_a_plan_is_refused_when_its_records_changed_there(
    studio: Studio, happens: Callable[[Studio, str], None]
) -> None:
    one = await with_a_plan(studio)
    studio.clock.advance(A_MINUTE)
    happens(studio, one)
    await is_refused(studio, f"1 of its records changed at the provider since, such as {one}; make a new plan")
    await studio.members_synced()
    if happens is not spoilt:
        await rests(studio)


async def test_a_deletion_is_refused_when_the_provider_has_the_record_again(studio: Studio) -> None:
    one, *_ = await synced_crowd(studio, 3)
    await forgotten(studio)
    entry = studio.books.members.get(one)
    studio.books.members.remove(one)
    await planned(studio)
    studio.books.members._entries[one] = attrs.evolve(entry, edited_at=studio.books.members.now())
    await is_refused(studio, "changed at the provider since")
    assert studio.knows("member", one)


async def test_what_the_plan_does_not_touch_may_change_there(studio: Studio) -> None:
    one = await with_a_plan(studio)
    other = next(e.external_id for e in studio.books.members.entries() if e.external_id != one)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(other, {"last_name": "Else"})
    new = studio.enrol("New")
    await is_applied(studio)
    assert (studio.member(one).last_name, studio.member(other).last_name) == ("King", "Byron")
    await studio.members_synced()
    assert (studio.member(other).last_name, studio.member(new).first_name) == ("Else", "New")
    await rests(studio)


async def test_an_overlap_that_shows_again_what_was_planned_is_no_change(studio: Studio) -> None:
    await with_a_plan(studio)
    await is_applied(studio)
    await rests(studio)


async def test_another_spelling_and_another_stamp_are_no_change(studio: Studio) -> None:
    """Providers re-stamp records of which nothing changed."""
    one = await with_a_plan(studio)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(one, {"email": str(there(studio, one, "email")).upper()})
    await is_applied(studio)


async def test_another_value_under_the_same_stamp_is_a_change(studio: Studio) -> None:
    one = await with_a_plan(studio)
    studio.books.members.get(one).values["last_name"] = "Noel"
    await is_refused(studio, "changed at the provider since")


async def test_another_stamp_counts_where_the_law_is_newest() -> None:
    studio = Studio(default=Law.NEWEST)
    one, *_ = await synced_crowd(studio, 3)
    await forgotten(studio)
    studio.books.members.edit(one, {"last_name": "King"})
    await studio.edit_member(one, last_name="Ours")
    await planned(studio)
    studio.books.members.edit(one, {})
    await is_refused(studio, "changed at the provider since")


async def test_a_plan_is_refused_when_the_provider_cannot_tell_any_more(studio: Studio) -> None:
    await with_a_plan(studio)
    studio.books.members.forget()
    await is_refused(studio, "the provider cannot tell any more which members changed since; make a new plan")


async def test_a_provider_that_cannot_be_asked_leaves_the_plan_for_later(studio: Studio) -> None:
    one = await with_a_plan(studio)
    (plan,) = plans(studio)
    before = studio.rows(without=BOOKS)
    studio.gym.faults.fail_next("members.changes", GatewayUnavailable("503"))
    assert (await applied(studio, plan.id)).state is RunState.FAILED
    assert studio.rows(without=BOOKS) == before
    await is_applied(studio)
    assert studio.member(one).last_name == "King"


async def test_a_provider_that_tells_no_changes_is_not_asked(studio: Studio) -> None:
    studio.gym.habits = attrs.evolve(studio.gym.habits, tells_changes=False)
    one = await with_a_plan(studio)
    asks(studio)
    await is_applied(studio)
    assert (studio.member(one).last_name, asks(studio)) == ("King", [])


def asks(studio: Studio) -> list[str]:
    """The reading calls since the last time."""
    calls = [call for call in studio.gym.faults.calls if call.startswith("member")]
    studio.gym.faults.calls.clear()
    return calls


async def test_only_a_plan_that_is_applied_later_costs_a_call(studio: Studio) -> None:
    one = await with_a_plan(studio)
    asks(studio)
    await is_applied(studio)
    assert asks(studio) == ["members.changes"]
    studio.books.members.edit(one, {"last_name": "Noel"})
    await studio.members_synced()
    assert asks(studio) == ["members.changes", "memberships.changes"]


async def test_a_plan_that_is_applied_late_puts_off_no_listing(studio: Studio) -> None:
    """A deletion that nobody tells is seen within a day of the listing that did not know of it."""
    studio.gym.habits = attrs.evolve(studio.gym.habits, tells_gone=False)
    ada, bea = studio.enrol("Ada"), studio.enrol("Bea")
    await studio.members_synced()
    studio.books.members.edit(bea, {"city": "Bonn"})
    await planned(studio, whole=True)
    listed_at = studio.clock.now()
    studio.books.members.remove(ada)
    studio.clock.advance(timedelta(hours=22))
    await is_applied(studio)
    assert studio.knows("member", ada)
    now = await state(studio)
    assert (now.complete_at, now.cursor_at, now.succeeded_at) == (listed_at, listed_at, studio.clock.now())
    studio.clock.advance(timedelta(hours=2))
    await studio.members_synced()
    assert not studio.knows("member", ada)
