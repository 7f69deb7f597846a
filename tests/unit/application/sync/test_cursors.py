"""Only what changed is asked for, and nothing is missed: a cursor covers what was applied, and no more."""

from datetime import timedelta

import pytest

from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_habits import Habits
from tresen.domain.shared.errors import CursorExpired, GatewayUnavailable, StorageUnavailable
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import Counts, RunState

from ..studio import A_DAY, A_MINUTE, AN_HOUR, BOOKS, Studio
from .scene import due, forgotten, gets, rests, state, synced_crowd


async def test_only_changes_are_asked_for(studio: Studio) -> None:
    ids = await synced_crowd(studio, 5)
    await forgotten(studio)
    studio.books.members.edit(ids[3], {"last_name": "King"})
    calls = len(studio.gym.faults.calls)
    run = await studio.members_synced()
    assert studio.gym.faults.calls[calls:] == ["members.changes", "memberships.changes", "packages"]
    assert run.counts == Counts(updated=1)
    assert studio.member(ids[3]).last_name == "King"


async def test_what_the_overlap_shows_again_writes_nothing(studio: Studio) -> None:
    await synced_crowd(studio, 5)
    before = studio.rows(without=BOOKS)
    assert (await studio.members_synced()).counts == Counts(unchanged=5)
    assert studio.rows(without=BOOKS) == before


@pytest.mark.parametrize("resolution_s", [1, 60])
async def test_equal_stamps_are_not_missed(resolution_s: int) -> None:
    """Something changed in the very tick of the listing, after it."""
    studio = Studio()
    studio.books = studio.gym.books = GymBooks(studio.clock, resolution_s=resolution_s)
    studio.gym.habits = Habits(overlap=timedelta())
    ids = await synced_crowd(studio, 5)
    studio.books.members.edit(ids[0], {"last_name": "King"})
    late = studio.enrol("Late")
    await studio.members_synced()
    assert studio.member(ids[0]).last_name == "King"
    assert studio.knows("member", late)


async def test_a_change_that_was_committed_late_is_not_missed(studio: Studio) -> None:
    ids = await synced_crowd(studio, 5)
    studio.clock.advance(AN_HOUR)
    await studio.members_synced()
    studio.books.members.edit(ids[0], {"last_name": "King"}, late=timedelta(minutes=8))
    await studio.members_synced()
    assert studio.member(ids[0]).last_name == "King"


@pytest.mark.parametrize("page", [0, 1, 2, 3])
async def test_an_expired_cursor_leads_to_a_complete_listing(studio: Studio, page: int) -> None:
    ids = await synced_crowd(studio, 8)
    studio.clock.advance(A_MINUTE)
    for one in ids[2:8]:
        studio.books.members.edit(one, {"last_name": "King"})
    new = studio.enrol("New")
    studio.books.members.remove(ids[0])
    studio.books.members.tombstones.clear()
    studio.gym.faults.fail_next("members.changes", CursorExpired("410"), after=page)
    run = await studio.members_synced()
    assert (run.state, run.counts.errors) == (RunState.COMPLETED, 0)
    assert (run.counts.created, run.counts.updated, run.counts.deleted) == (1, 6, 1)
    assert not studio.knows("member", ids[0]), "a ghost"
    assert studio.knows("member", new)
    assert len(studio.members()) == 8
    assert due(studio) == set()
    assert ((await state(studio)).cursor or "")[:2] == "0@"
    await rests(studio)


async def test_what_is_asked_twice_in_a_walk_counts_once_for_the_guards(studio: Studio) -> None:
    """Four values blanked, seen as changes and then in the listing: four, not eight."""
    ids = await synced_crowd(studio, 20)
    studio.clock.advance(A_MINUTE)
    for one in ids[:4]:
        studio.books.members.edit(one, {"phone": None})
    studio.gym.faults.fail_next("members.changes", CursorExpired("410"), after=7)
    assert (await studio.members_synced()).state is RunState.COMPLETED


async def test_everything_is_listed_once_a_day(studio: Studio) -> None:
    await synced_crowd(studio, 5)
    first = (await state(studio)).complete_at
    studio.clock.advance(A_DAY - 2 * A_MINUTE)
    await studio.members_synced()
    assert studio.gym.faults.calls.count("members") == 1
    assert (await state(studio)).complete_at == first
    await studio.members_synced()
    assert studio.gym.faults.calls.count("members") == 2
    assert (await state(studio)).complete_at == studio.clock.now()


# -- the cursor moves with what was applied --------------------------------------------------------------------------


@pytest.mark.parametrize("commit", range(8))
async def test_a_store_that_dies_at_any_commit_loses_no_change(studio: Studio, commit: int) -> None:
    ids = await synced_crowd(studio, 5)
    studio.clock.advance(AN_HOUR)
    for one in ids:
        studio.books.members.edit(one, {"last_name": "King"})
    new = studio.enrol("New")
    cursor = (await state(studio)).cursor
    studio.units.dies_at(commit)
    with pytest.raises(StorageUnavailable):
        await studio.members_synced()
    if (await state(studio)).cursor != cursor:
        assert {m.last_name for m in studio.members() if m.first_name != "New"} == {"King"}
        assert studio.knows("member", new)
    studio.units.recover()
    studio.clock.advance(AN_HOUR)
    await studio.members_synced()
    assert {m.last_name for m in studio.members() if m.first_name != "New"} == {"King"}
    assert studio.knows("member", new)
    assert len(studio.members()) == 6
    assert len([c for c in studio.changes() if c.field == "last_name"]) == 5
    await rests(studio)


async def test_a_broken_walk_does_not_move_the_cursor(studio: Studio) -> None:
    ids = await synced_crowd(studio, 8)
    cursor = (await state(studio)).cursor
    studio.clock.advance(AN_HOUR)
    for one in ids:
        studio.books.members.edit(one, {"last_name": "King"})
    studio.gym.faults.fail_next("members.changes", CursorExpired("410"))
    studio.gym.faults.fail_next("members", GatewayUnavailable("503"), after=2)
    assert (await studio.members_synced()).state is RunState.FAILED
    assert [studio.member(one).last_name for one in ids] == ["King"] * 4 + ["Byron"] * 4
    assert (await state(studio)).cursor == cursor
    await studio.members_synced()
    assert {studio.member(one).last_name for one in ids} == {"King"}


# -- what could not be taken is looked at again ----------------------------------------------------------------------


async def test_an_unreadable_record_is_looked_at_again_though_nobody_names_it(studio: Studio) -> None:
    await synced_crowd(studio, 3)
    odd = studio.enrol("Odd")
    studio.books.members.spoil(odd)
    assert (await studio.members_synced()).counts.errors == 1
    assert due(studio) == {odd}
    studio.clock.advance(AN_HOUR)
    assert (await studio.members_synced()).counts.errors == 1
    studio.books.members.get(odd).unreadable = False
    studio.clock.advance(AN_HOUR)
    run = await studio.members_synced()
    assert (run.counts, gets(studio)) == (Counts(created=1), 1)
    assert studio.knows("member", odd)
    assert due(studio) == set()


async def test_a_membership_without_its_member_is_looked_at_again_though_nobody_names_it(studio: Studio) -> None:
    await synced_crowd(studio, 1)
    sold = studio.sell_there("1002")
    assert (await studio.members_synced()).counts.errors == 1
    assert due(studio, "membership") == {sold}
    await forgotten(studio)
    late = studio.enrol("Late")
    assert (await studio.members_synced()).counts == Counts(created=2)
    assert studio.membership(sold).member_id == studio.member(late).id
    assert due(studio, "membership") == set()


async def test_an_unreadable_record_of_the_first_load_is_due(studio: Studio) -> None:
    odd = studio.enrol("Odd")
    studio.books.members.spoil(odd)
    await studio.members_synced()
    assert due(studio) == {odd}


@pytest.mark.parametrize(("edited", "listed"), [(100, False), (101, True)])
async def test_many_that_were_edited_here_are_listed_and_not_asked_for_one_by_one(edited: int, listed: bool) -> None:
    studio = Studio(default=Law.OURS, page_size=50)
    studio.change_account(writes_enabled=False)
    ids = await synced_crowd(studio, 110)
    await forgotten(studio)
    await studio.members_synced()
    for one in ids[:edited]:
        await studio.edit_member(one, last_name="King")
    calls = studio.gym.faults.calls.count("members")
    await studio.members_synced()
    assert (studio.gym.faults.calls.count("members") - calls, gets(studio)) == ((1, 0) if listed else (0, 100))
    await rests(studio)
