"""Ticks become jobs: each once, none for what cannot be done."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.unit.application.schedules.planner import HOUR, MINUTE, Planner, another_tenant

from tresen.adapters.memory.schedules import MemoryAgenda
from tresen.application.ports.schedules import Due
from tresen.application.schedules.shown import ScheduleState
from tresen.domain.shared.errors import StorageConflict, StorageUnavailable
from tresen.domain.shared.ids import ScheduleId


async def test_a_tick_asks_for_the_job_with_the_schedules_key(planner: Planner) -> None:
    shown = await planner.hourly()
    assert await planner.ticked(HOUR - MINUTE) == 0
    assert await planner.ticked(MINUTE) == 1
    (job,) = planner.jobs()
    assert (job.kind, job.payload, job.key) == ("clean", {"what": "hourly"}, f"schedule:{shown.schedule.id}")
    assert job.correlation_id
    after = (await planner.one(shown)).schedule
    assert (after.last_tick_at, after.next_at) == (planner.clock.now(), planner.clock.now() + HOUR)


async def test_a_tick_is_done_once(planner: Planner) -> None:
    await planner.hourly()
    assert await planner.ticked() == 1
    planner.finish_jobs()
    assert await planner.scheduler.tick() == 0
    assert await planner.ticked(HOUR - MINUTE) == 0
    assert await planner.ticked(MINUTE) == 1


async def test_missed_ticks_become_one_run(planner: Planner) -> None:
    await planner.hourly()
    assert await planner.ticked(7 * HOUR + MINUTE) == 1
    planner.finish_jobs()
    assert await planner.scheduler.tick() == 0
    assert await planner.ticked(HOUR - MINUTE) == 1


async def test_while_a_run_is_unfinished_there_is_no_second_one(planner: Planner) -> None:
    """W18."""
    await planner.hourly()
    assert await planner.ticked() == 1
    assert await planner.ticked() == 0
    assert len(planner.jobs()) == 1
    planner.finish_jobs()
    assert await planner.ticked() == 1


async def test_what_cannot_be_done_is_skipped_until_it_can(planner: Planner) -> None:
    """O76."""
    shown = await planner.hourly(kind="sync_members")
    planner.studio.change_account(credentials=None)
    assert await planner.ticked() == 0
    assert planner.jobs() == []
    disabled = await planner.one(shown)
    assert disabled.state is ScheduleState.DISABLED
    assert disabled.schedule.last_tick_at is None
    planner.studio.change_account(credentials=b"sealed")
    assert await planner.scheduler.tick() == 0
    assert await planner.ticked() == 1


async def test_a_paused_one_does_not_tick(planner: Planner) -> None:
    shown = await planner.hourly()
    await planner.pause(planner.tenant, shown.schedule.id)
    assert await planner.ticked(10 * HOUR) == 0
    await planner.pause.resume(planner.tenant, shown.schedule.id)
    assert await planner.ticked() == 1


async def test_ticks_of_all_tenants_come(planner: Planner) -> None:
    other = another_tenant(planner.studio)
    await planner.hourly()
    await planner.hourly(tenant=other)
    assert await planner.ticked() == 2
    assert len(planner.jobs()) == len(planner.jobs(other)) == 1


async def test_more_than_are_looked_at_at_once_tick_too(planner: Planner) -> None:
    for number in range(250):
        await planner.hourly(f"s{number}")
    assert await planner.ticked() == 250


class SlowAgenda(MemoryAgenda):
    """Lets others look, too, before it answers."""

    async def due(self, now: datetime, *, limit: int) -> Sequence[Due]:
        found = await super().due(now, limit=limit)
        await asyncio.sleep(0)
        return found


async def test_several_schedulers_ask_once(planner: Planner) -> None:
    await planner.hourly("a")
    await planner.hourly("b")
    planner.agenda = SlowAgenda(planner.studio.store)
    planner.clock.advance(HOUR)
    counts = await asyncio.gather(*(planner.another().tick() for _ in range(5)))
    assert sum(counts) == 2
    assert len(planner.jobs()) == 2
    assert [shown.schedule.version for shown in await planner.list(planner.tenant)] == [2, 2]


async def test_a_tick_that_collides_is_tried_again(planner: Planner) -> None:
    await planner.hourly()
    planner.studio.units.commits_fail.append(StorageConflict("busy"))
    assert await planner.ticked() == 1
    assert len(planner.jobs()) == 1


async def test_one_that_stays_busy_holds_up_no_other(planner: Planner) -> None:
    await planner.hourly("a")
    await planner.hourly("b")
    planner.studio.units.commits_fail.extend(StorageConflict("busy") for _ in range(4))
    assert await planner.ticked() == 1
    assert await planner.scheduler.tick() == 1


class GhostlyAgenda(MemoryAgenda):
    """Names schedules that were deleted a moment ago, before those that are there."""

    ghosts = 150

    async def due(self, now: datetime, *, limit: int) -> Sequence[Due]:
        tenant = next(iter(self._store.rooms)).tenant.id
        gone = [Due(tenant_id=tenant, schedule_id=ScheduleId(UUID(int=n)), at=now) for n in range(self.ghosts)]
        return [*gone, *await super().due(now, limit=limit)][:limit]


async def test_those_that_were_deleted_meanwhile_hold_up_no_other(
    planner: Planner, caplog: pytest.LogCaptureFixture
) -> None:
    await planner.hourly()
    planner.agenda = GhostlyAgenda(planner.studio.store)
    planner.clock.advance(HOUR)
    assert await planner.another().tick() == 1
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []


async def _until(planner: Planner, stop: asyncio.Event, jobs: int) -> None:
    while len(planner.jobs()) < jobs:  # noqa: ASYNC110 - a job tells nobody that it is there
        await asyncio.sleep(0)
    stop.set()


async def test_it_runs_until_it_is_stopped_and_waits_for_the_next_tick(planner: Planner) -> None:
    """The clock of this test goes on by what is slept."""
    await planner.hourly("a")
    planner.clock.advance(MINUTE / 2)
    await planner.hourly("b")
    stop, start = asyncio.Event(), planner.clock.now()
    await asyncio.gather(planner.scheduler.run(stop), _until(planner, stop, 2))
    last_ticks = [shown.schedule.last_tick_at for shown in await planner.list(planner.tenant)]
    assert start + HOUR in last_ticks
    assert start + HOUR - MINUTE / 2 in last_ticks
    assert max(planner.clock.slept) == 30


async def test_it_installs_what_tenants_lack_and_says_so(planner: Planner, caplog: pytest.LogCaptureFixture) -> None:
    """W15, W22."""
    stop = asyncio.Event()
    await asyncio.gather(planner.scheduler.run(stop), _until(planner, stop, 2))
    assert {job.kind for job in planner.jobs()} == {"sync_members", "sync_leads"}
    told = [r.message for r in caplog.records if r.levelno == logging.INFO]
    assert told.count("Automatic sync jobs scheduled (every 6 hours)") == 1


@pytest.mark.parametrize("told", [True, False])
async def test_it_does_not_say_so_where_no_sync_can_be_done(
    planner: Planner, caplog: pytest.LogCaptureFixture, told: bool
) -> None:
    """W22 where it is true: the same run with and without an account that may be called."""
    another_tenant(planner.studio)
    await planner.hourly()
    if not told:
        planner.studio.change_account(credentials=None)
    stop = asyncio.Event()
    await asyncio.gather(planner.scheduler.run(stop), _until(planner, stop, 1))
    assert ("Automatic sync jobs scheduled" in caplog.text) == told


async def test_preparing_alone_says_nothing(planner: Planner, caplog: pytest.LogCaptureFixture) -> None:
    """``tresen worker --once`` schedules nothing for later."""
    await planner.scheduler.prepare()
    assert "scheduled" not in caplog.text


class BrokenAgenda(MemoryAgenda):
    """Cannot be read the first times."""

    failures = 3

    async def due(self, now: datetime, *, limit: int) -> Sequence[Due]:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("gone")
        return await super().due(now, limit=limit)


async def test_it_survives_a_store_that_fails(planner: Planner) -> None:
    await planner.hourly()
    planner.agenda = BrokenAgenda(planner.studio.store)
    stop = asyncio.Event()
    await asyncio.gather(planner.another().run(stop), _until(planner, stop, 1))
    assert planner.clock.slept[:3] == [5.0, 5.0, 5.0]


async def test_a_store_that_fails_at_the_start_is_waited_for(planner: Planner) -> None:
    planner.studio.units.commits_fail.append(StorageUnavailable("gone"))
    stop = asyncio.Event()
    await asyncio.gather(planner.scheduler.run(stop), _until(planner, stop, 1))
    assert (await planner.named("sync_members_auto")).reason is None


async def led_astray(planner: Planner) -> None:
    """Its clock runs a year ahead for one tick; then it is set right."""
    await planner.hourly()
    right = planner.clock.now()
    assert await planner.ticked(timedelta(days=365)) == 1
    planner.finish_jobs()
    planner.clock.set(right)


async def test_what_a_wrong_clock_led_astray_is_brought_back(
    planner: Planner, caplog: pytest.LogCaptureFixture
) -> None:
    await led_astray(planner)
    await planner.scheduler.prepare()
    assert [r.levelname for r in caplog.records if "wrong clock" in r.message] == ["WARNING"]
    assert await planner.ticked(HOUR) == 1
    await planner.scheduler.prepare()
    assert caplog.text.count("wrong clock") == 1


async def test_it_brings_back_what_is_led_astray_while_it_runs(
    planner: Planner, caplog: pytest.LogCaptureFixture
) -> None:
    """The clock of this test goes on by what is slept."""

    async def disturb() -> None:
        while not planner.clock.slept:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        await led_astray(planner)
        await _until(planner, stop, 1)

    stop = asyncio.Event()
    planner.studio.change_account(credentials=None)
    start = planner.clock.now()
    await asyncio.gather(planner.scheduler.run(stop), disturb())
    assert planner.clock.now() - start < 2 * HOUR
    assert "wrong clock" in caplog.text


async def test_one_that_is_changed_at_the_same_time_is_brought_back_later(
    planner: Planner, caplog: pytest.LogCaptureFixture
) -> None:
    planner.studio.change_account(credentials=None)
    await planner.scheduler.prepare()
    await led_astray(planner)
    planner.studio.units.commits_fail += [StorageConflict("busy")] * 5
    await planner.scheduler.prepare()
    assert "bringing them back later" in caplog.text
    planner.studio.units.commits_fail.clear()
    await planner.scheduler.prepare()
    assert await planner.ticked(HOUR) == 1


async def test_it_stops_at_once_though_it_waits(planner: Planner) -> None:
    class Still(type(planner.clock)):  # type: ignore[misc]  # the class of a fixture's clock
        async def sleep(self, seconds: float) -> None:
            await asyncio.Event().wait()

    planner.clock.__class__ = Still
    stop = asyncio.Event()
    running = asyncio.ensure_future(planner.scheduler.run(stop))
    await asyncio.sleep(0.01)
    stop.set()
    async with asyncio.timeout(1):
        await running
