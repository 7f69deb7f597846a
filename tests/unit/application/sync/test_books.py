"""Runs: once an hour, one at a time, and every end is booked."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.log_context import current
from tresen.application.sync.records.kinds import MEMBER
from tresen.application.sync.views.sync_status import Status
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.shared.errors import GatewayUnavailable, StorageConflict, StorageUnavailable
from tresen.domain.shared.ids import RunId
from tresen.domain.sync.run import Counts, Run, RunState

from ..stirring import stir
from ..studio import A_MINUTE, AN_HOUR, Studio


def runs(studio: Studio) -> list[Run]:
    return [run for _, run in studio.store.room(studio.tenant.id).runs.items()]


def held(studio: Studio, kind: str = "members") -> AbstractAsyncContextManager[bool]:
    return studio.locks.hold(f"sync:{studio.tenant.id}:{studio.account.id}:{kind}")


async def test_after_a_clock_that_was_ahead_everything_goes_on(studio: Studio) -> None:
    studio.gym.habits = Habits(tells_gone=False)
    gone = studio.enrol()
    studio.enrol("Grace")
    studio.clock.advance(timedelta(days=30))
    await studio.members_synced()
    studio.clock.advance(timedelta(days=-30))
    studio.books.members.remove(gone)
    run = await studio.members_synced(force=False)
    assert (run.state, run.counts.deleted) == (RunState.COMPLETED, 1), "it runs, and lists everything"


async def test_a_run_that_is_skipped_names_the_day_if_it_is_another(studio: Studio) -> None:
    studio.clock.advance(timedelta(hours=10, minutes=30))
    await studio.members_synced(force=False)
    skipped = await studio.members_synced(force=False)
    tomorrow = f"{studio.clock.now() + timedelta(hours=2):%Y-%m-%d}"
    assert skipped.reason == f"synced less than an hour ago; next at {tomorrow} 00:31 CET"


async def test_within_an_hour_a_run_is_skipped_and_says_until_when(studio: Studio) -> None:
    first = await studio.members_synced(force=False)
    calls = len(studio.gym.faults.calls)
    skipped = await studio.members_synced(force=False)
    assert (first.state, skipped.state) == (RunState.COMPLETED, RunState.SKIPPED)
    assert skipped.reason == "synced less than an hour ago; next at 14:01 CET"
    assert first.finished_at is not None
    assert skipped.allowed_at == first.finished_at + AN_HOUR
    assert skipped.finished_at == skipped.started_at == studio.clock.now()
    assert skipped.counts == Counts()
    assert len(studio.gym.faults.calls) == calls
    assert [run.state for run in runs(studio)] == [RunState.COMPLETED, RunState.SKIPPED]


async def test_a_skipped_run_does_not_move_the_hour(studio: Studio) -> None:
    await studio.members_synced(force=False)
    studio.clock.advance(AN_HOUR - 2 * A_MINUTE)
    assert (await studio.members_synced(force=False)).state is RunState.SKIPPED
    assert (await studio.members_synced(force=False)).state is RunState.COMPLETED


async def test_force_passes_the_limit(studio: Studio) -> None:
    await studio.members_synced(force=False)
    run = await studio.members_synced(force=True)
    assert (run.state, run.forced) == (RunState.COMPLETED, True)


async def test_the_limit_is_per_kind_account_and_tenant(studio: Studio) -> None:
    await studio.members_synced(force=False)
    assert (await studio.leads_synced(force=False)).state is RunState.COMPLETED
    second = studio.add_account("second", "memory://gym")
    assert (await studio.sync_members(studio.tenant.id, second.id)).state is RunState.COMPLETED


async def test_a_failed_run_is_no_success_and_may_be_repeated_at_once(studio: Studio) -> None:
    studio.gym.faults.fail_next("members", GatewayUnavailable("503"))
    assert (await studio.members_synced(force=False)).state is RunState.FAILED
    assert (await studio.members_synced(force=False)).state is RunState.COMPLETED


async def test_while_another_holds_the_lock_the_run_is_skipped(studio: Studio) -> None:
    async with held(studio) as alone:
        assert alone
        run = await studio.members_synced()
        assert (await studio.leads_synced()).state is RunState.COMPLETED
    assert (run.state, run.reason) == (RunState.SKIPPED, "another process is syncing this account now")
    assert run.allowed_at is None
    assert "members" not in studio.gym.faults.calls
    assert (await studio.members_synced()).state is RunState.COMPLETED, "the lock was given back"


async def test_two_at_once_make_one_run(studio: Studio) -> None:
    studio.enrol()
    stir(studio.gym, MEMBER, lambda: asyncio.sleep(0))
    both = await asyncio.gather(studio.members_synced(), studio.members_synced())
    assert sorted(run.state.value for run in both) == ["completed", "skipped"]
    assert len(studio.members()) == 1


async def test_a_skipped_run_leaves_the_running_one_alone(studio: Studio) -> None:
    going = Run(
        id=RunId(studio.ids.new()),
        tenant_id=studio.tenant.id,
        account_id=studio.account.id,
        kind="members",
        started_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "begin", lambda uow: uow.runs.add(going))
    async with held(studio):
        await studio.members_synced()
    assert next(run for run in runs(studio) if run.id == going.id).state is RunState.RUNNING
    await studio.members_synced(force=False)
    dead = next(run for run in runs(studio) if run.id == going.id)
    assert (dead.state, dead.finished_at) == (RunState.INTERRUPTED, studio.clock.now())


async def test_an_interrupted_run_is_no_success(studio: Studio) -> None:
    dead = Run(
        id=RunId(studio.ids.new()),
        tenant_id=studio.tenant.id,
        account_id=studio.account.id,
        kind="members",
        started_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "begin", lambda uow: uow.runs.add(dead))
    assert (await studio.members_synced(force=False)).state is RunState.COMPLETED


async def test_an_unexpected_error_fails_the_run_and_is_raised(studio: Studio) -> None:
    studio.enrol()

    def boom(kind: str, counts: Counts) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        await studio.members_synced(progress=boom)
    (run,) = runs(studio)
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert "a bug" not in run.reason
    assert (await studio.members_synced(force=False)).state is RunState.COMPLETED


async def test_a_cancelled_run_is_booked_as_failed_and_the_lock_is_free(studio: Studio) -> None:
    studio.enrol()
    reached = asyncio.Event()

    async def never() -> None:
        reached.set()
        await asyncio.Event().wait()

    stir(studio.gym, MEMBER, never)
    task = asyncio.create_task(studio.members_synced())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [run.state for run in runs(studio)] == [RunState.FAILED]
    async with held(studio) as free:
        assert free


async def test_a_store_that_dies_leaves_a_running_run_for_the_next_to_book(studio: Studio) -> None:
    studio.enrol()

    def die(kind: str, counts: Counts) -> None:
        studio.units.commits_fail.extend([StorageUnavailable("gone"), StorageUnavailable("gone")])

    with pytest.raises(StorageUnavailable):
        await studio.members_synced(progress=die)
    studio.units.commits_fail.clear()
    assert [run.state for run in runs(studio)] == [RunState.RUNNING]
    done = await studio.members_synced(force=False)
    assert [run.state for run in runs(studio)] == [RunState.INTERRUPTED, RunState.COMPLETED]
    assert done.counts.created == 1


async def test_the_books_of_a_dead_run_hold_what_it_did(studio: Studio) -> None:
    studio.enrol()

    def die(kind: str, counts: Counts) -> None:
        if kind == "membership":
            studio.units.commits_fail.append(StorageUnavailable("gone"))
            raise RuntimeError("killed")

    with pytest.raises(StorageUnavailable):
        await studio.members_synced(progress=die)
    (dead,) = runs(studio)
    assert (dead.state, dead.counts) == (RunState.RUNNING, Counts(created=1))
    assert (await studio.members_synced()).counts == Counts(unchanged=1)


async def test_a_collision_counts_nothing_twice(studio: Studio) -> None:
    for name in ("Ada", "Bob", "Cleo"):
        studio.enrol(name)
    collided = False

    def collide(kind: str, counts: Counts) -> None:
        nonlocal collided
        if not collided:
            collided = True
            studio.units.commits_fail.extend([StorageConflict("busy"), StorageConflict("busy")])

    run = await studio.members_synced(progress=collide)
    assert run.counts == Counts(created=3)
    assert runs(studio)[0].counts == Counts(created=3)
    assert len(studio.members()) == 3


async def test_a_batch_that_collides_four_times_fails_the_run(studio: Studio) -> None:
    studio.enrol()

    def collide(kind: str, counts: Counts) -> None:
        studio.units.commits_fail.extend([StorageConflict("busy")] * 4)

    with pytest.raises(StorageConflict):
        await studio.members_synced(progress=collide)
    assert [run.state for run in runs(studio)] == [RunState.FAILED]
    assert studio.members() == []


async def test_log_lines_of_a_run_know_tenant_account_and_kind(studio: Studio) -> None:
    seen: list[dict[str, str]] = []
    await studio.members_synced(progress=lambda *_: seen.append(dict(current())))
    assert seen[0] == {"tenant": str(studio.tenant.id), "account": str(studio.account.id), "sync": "members"}
    assert current() == {}


# -- status (W45) ----------------------------------------------------------------------------------------------------


async def status(studio: Studio) -> Status:
    return await studio.sync_status(studio.tenant.id)


async def test_before_anything_happened(studio: Studio) -> None:
    now = await status(studio)
    assert (now.last_sync_members, now.last_sync_leads) == (None, None)
    assert (now.recent_errors, now.total_errors, now.runs, now.configured) == ((), 0, (), True)


async def test_without_credentials_nothing_is_configured(studio: Studio) -> None:
    studio.change_account(credentials=None)
    assert (await status(studio)).configured is False
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    assert (await studio.sync_status(other.id)).configured is False


async def test_the_last_successes_are_told_per_kind(studio: Studio) -> None:
    members = await studio.members_synced()
    leads = await studio.leads_synced()
    await studio.members_synced(force=False)
    studio.gym.faults.fail_next("leads", GatewayUnavailable("503"))
    await studio.leads_synced()
    now = await status(studio)
    assert (now.last_sync_members, now.last_sync_leads) == (members.finished_at, leads.finished_at)
    assert [run.state.value for run in now.runs] == ["failed", "skipped", "completed", "completed"]


async def test_over_several_accounts_the_oldest_success_counts(studio: Studio) -> None:
    first = await studio.members_synced()
    second = studio.add_account("second", "memory://gym")
    now = await status(studio)
    assert (now.last_sync_members, now.never_synced_members) == (first.finished_at, ("memory/second",))
    assert (now.last_sync_leads, now.never_synced_leads) == (None, ("memory/main", "memory/second"))
    studio.clock.advance(A_MINUTE)
    await studio.sync_members(studio.tenant.id, second.id)
    now = await status(studio)
    assert (now.last_sync_members, now.never_synced_members) == (first.finished_at, ())


async def test_the_ten_latest_errors_and_their_number_are_told(studio: Studio) -> None:
    for number in range(13):
        studio.books.members.spoil(studio.enrol(f"M{number}"))
    await studio.members_synced()
    now = await status(studio)
    assert now.total_errors == 13
    assert len(now.recent_errors) == 10
    assert now.recent_errors[0].external_id == "1013"
    await studio.members_synced()
    assert (await status(studio)).total_errors == 26


async def test_looking_writes_nothing(studio: Studio) -> None:
    await studio.members_synced()
    before = studio.rows()
    await status(studio)
    assert studio.rows() == before
