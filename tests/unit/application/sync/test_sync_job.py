"""The jobs that sync a tenant's accounts (W20, W21, O30, O31, O37, O38)."""

import asyncio
import logging
import re

import attrs
import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_providers import MemoryGymProviders
from tresen.application.jobs.kinds import JobKind
from tresen.application.sync.runs.sync_job import sync_job_kind
from tresen.domain.jobs.job import Job, JobState
from tresen.domain.shared.errors import GatewayUnavailable, StorageUnavailable
from tresen.domain.shared.ids import JobId
from tresen.domain.sync.run import RunState

from ..stirring import stir
from ..studio import AN_HOUR, Studio


def a_job(studio: Studio, *, attempts: int = 0) -> Job:
    now = studio.clock.now()
    return Job(
        id=JobId("1"),
        tenant_id=studio.tenant.id,
        kind="sync_members",
        payload={},
        state=JobState.RUNNING,
        run_at=now,
        created_at=now,
        attempts=attempts,
    )


@pytest.fixture
def second(studio: Studio) -> MemoryGym:
    """Another gym, at which the studio has an account, too; its name comes after the first one's."""
    gym = studio.gyms_by_address["memory://second"] = MemoryGym(GymBooks(studio.clock), studio.clock)
    studio.add_account("second", "memory://second")
    return gym


@pytest.fixture
def kind(studio: Studio, request: pytest.FixtureRequest) -> JobKind:
    """Over all gyms that there are."""
    if "second" in request.fixturenames:
        request.getfixturevalue("second")
    gyms = MemoryGymProviders(studio.gyms_by_address)
    sync = attrs.evolve(studio.sync_members, sync=attrs.evolve(studio.sync_members._sync, gyms=gyms))
    return sync_job_kind("members", sync, gyms, studio.transactions, studio.clock)


def states(studio: Studio) -> list[RunState]:
    return [run.state for _, run in studio.store.room(studio.tenant.id).runs.items()]


async def test_every_account_is_synced_and_told_of(
    studio: Studio, second: MemoryGym, kind: JobKind, caplog: pytest.LogCaptureFixture
) -> None:
    studio.enrol("Ada")
    studio.enrol("Bea")
    second.books.members.add({"first_name": "Cleo", "last_name": "X", "status": "active"})
    assert kind.name == "sync_members"
    await kind.run(a_job(studio))
    assert states(studio) == [RunState.COMPLETED, RunState.COMPLETED]
    told = [r.getMessage() for r in caplog.records if r.name.endswith("sync_job") and r.levelno == logging.INFO]
    assert told[0] == "members sync started: 2 accounts"
    assert told[1] == f"main ({studio.account.id}): 2 processed (2 created, 0 updated)"
    assert re.fullmatch(r"second \(\S+\): 1 processed \(1 created, 0 updated\)", told[2])
    assert re.fullmatch(
        r"members sync finished in \d+\.\d s: 2 accounts, 3 processed, 3 created, 0 updated, 0 errors", told[3]
    )


async def test_one_that_fails_stops_no_other_and_the_job_is_tried_again(
    studio: Studio, second: MemoryGym, kind: JobKind
) -> None:
    studio.gym.faults.outage = GatewayUnavailable("no route")
    with pytest.raises(GatewayUnavailable, match="main"):
        await kind.run(a_job(studio))
    assert states(studio) == [RunState.FAILED, RunState.COMPLETED]
    studio.gym.faults.outage = None
    await kind.run(a_job(studio, attempts=1))
    assert states(studio)[2:] == [RunState.COMPLETED, RunState.SKIPPED]


async def test_one_that_is_slow_delays_no_other(studio: Studio, second: MemoryGym, kind: JobKind) -> None:
    """The first answers only when the second is through with its members."""
    studio.enrol("Ada")
    second.books.members.add({"first_name": "Cleo", "last_name": "X", "status": "active"})

    is_through = asyncio.Event()

    async def tell() -> None:
        is_through.set()

    stir(second, "membership", tell)
    stir(studio.gym, "member", lambda: asyncio.wait_for(is_through.wait(), 5))
    await kind.run(a_job(studio))
    assert states(studio) == [RunState.COMPLETED, RunState.COMPLETED]
    assert {member.first_name for member in studio.members()} == {"Ada", "Cleo"}


async def test_a_bug_in_one_stops_no_other(studio: Studio, second: MemoryGym, kind: JobKind) -> None:
    studio.gym.faults.outage = LookupError("a bug")  # type: ignore[assignment]  # no fault of a provider
    with pytest.raises(GatewayUnavailable, match="main"):
        await kind.run(a_job(studio))
    assert states(studio)[-1] is RunState.COMPLETED


async def test_a_store_that_fails_ends_the_job_to_be_tried_again(
    studio: Studio, second: MemoryGym, kind: JobKind
) -> None:
    studio.units.commits_fail.append(StorageUnavailable("gone"))
    with pytest.raises(StorageUnavailable):
        await kind.run(a_job(studio))


async def test_after_the_last_try_it_is_left_to_the_next_tick(
    studio: Studio, kind: JobKind, caplog: pytest.LogCaptureFixture
) -> None:
    """The run's books have the error; a dead job would tell it once more."""
    studio.gym.faults.outage = GatewayUnavailable("no route")
    await kind.run(a_job(studio, attempts=kind.retry.attempts - 1))
    assert states(studio) == [RunState.FAILED]
    assert "members sync failed for main" in [r.getMessage() for r in caplog.records]


async def test_a_run_that_the_hourly_limit_skips_is_a_success(
    studio: Studio, kind: JobKind, caplog: pytest.LogCaptureFixture
) -> None:
    """W32."""
    await kind.run(a_job(studio))
    await kind.run(a_job(studio))
    assert states(studio) == [RunState.COMPLETED, RunState.SKIPPED]
    assert any("skipped: synced less than an hour ago" in r.getMessage() for r in caplog.records)
    studio.clock.advance(AN_HOUR)
    await kind.run(a_job(studio))
    assert states(studio)[-1] is RunState.COMPLETED


async def test_an_account_that_may_not_be_called_is_left_alone(studio: Studio, kind: JobKind) -> None:
    studio.change_account(credentials=None)
    await kind.run(a_job(studio))
    assert states(studio) == []
