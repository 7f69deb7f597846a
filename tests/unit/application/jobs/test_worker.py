"""The worker: how often, how many at a time, and what becomes of jobs when it stops or the queue fails."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from tests.builders import NOON
from tests.clocks import PatientClock

from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.application.jobs.kinds import JobKind
from tresen.application.jobs.worker import Worker
from tresen.domain.jobs.job import Job, JobState
from tresen.domain.jobs.outcome import Dead, Outcome
from tresen.domain.resilience.retry import RetryPolicy
from tresen.domain.shared.errors import StorageConflict, StorageUnavailable
from tresen.domain.shared.ids import JobId

from .factory import Factory, a_factory, a_job, until


@pytest.fixture
async def factory() -> Factory:
    return await a_factory()


@attrs.define
class Desk:
    """A handler that notes what it was given; it ends when it is told to."""

    started: list[str] = attrs.field(factory=list)
    ended: list[str] = attrs.field(factory=list)
    cancelled: list[str] = attrs.field(factory=list)
    door: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def __call__(self, job: Job) -> None:
        self.started.append(job.payload["n"])
        try:
            await self.door.wait()
        except asyncio.CancelledError:
            self.cancelled.append(job.payload["n"])
            raise
        self.ended.append(job.payload["n"])


def open_desk() -> Desk:
    desk = Desk()
    desk.door.set()
    return desk


@asynccontextmanager
async def running(worker: Worker, *, grace_s: float = 10.0) -> AsyncIterator[asyncio.Event]:
    """It works while inside; then it is told to stop and waited for."""
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop, grace_s=grace_s))
    try:
        async with asyncio.timeout(30):
            yield stop
            stop.set()
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class TestRunPending:
    async def test_everything_due_is_run_and_counted(self, factory: Factory) -> None:
        desk = open_desk()
        await factory.enqueue(*(a_job(n) for n in range(50)))
        assert await factory.worker(JobKind(name="mail", run=desk)).run_pending() == 50
        assert sorted(map(int, desk.ended)) == list(range(50))
        assert await factory.jobs() == ()

    async def test_nothing_due_is_nothing(self, factory: Factory) -> None:
        await factory.enqueue(attrs.evolve(a_job(), run_at=factory.clock.now() + timedelta(seconds=1)))
        assert await factory.worker(JobKind(name="mail", run=open_desk())).run_pending() == 0

    async def test_what_jobs_enqueue_is_run_too(self, factory: Factory) -> None:
        async def split(job: Job) -> None:
            n = int(job.payload["n"])
            if n:
                await factory.enqueue(*[a_job(n - 1)] * 2)

        await factory.enqueue(a_job(3))
        assert await factory.worker(JobKind(name="mail", run=split)).run_pending() == 15

    async def test_a_lane_is_run_in_order(self, factory: Factory) -> None:
        desk = open_desk()
        await factory.enqueue(*(a_job(n, lane="l") for n in range(5)))
        await factory.worker(JobKind(name="mail", run=desk)).run_pending()
        assert desk.ended == ["0", "1", "2", "3", "4"]

    async def test_unknown_kinds_stay(self, factory: Factory) -> None:
        await factory.enqueue(a_job(kind="other"))
        assert await factory.worker(JobKind(name="mail", run=open_desk())).run_pending() == 0
        assert [job.state for job in await factory.jobs()] == [JobState.QUEUED]

    async def test_a_failed_job_is_not_waited_for(self, factory: Factory) -> None:
        async def fail(_: Job) -> None:
            raise StorageConflict("busy")

        (job_id,) = await factory.enqueue(a_job())
        assert await factory.worker(JobKind(name="mail", run=fail)).run_pending() == 1
        job = await factory.job(job_id)
        assert job is not None
        assert (job.state, job.attempts) == (JobState.QUEUED, 1)

    async def test_a_queue_that_fails_is_not_hidden(self, factory: Factory) -> None:
        factory.queue = FailingQueue.of(factory.queue, times=1)
        with pytest.raises(StorageUnavailable):
            await factory.worker(JobKind(name="mail", run=open_desk())).run_pending()


class TestBeside:
    async def test_so_many_run_at_a_time(self, factory: Factory) -> None:
        desk = Desk()
        await factory.enqueue(*(a_job(n) for n in range(10)))
        async with running(factory.worker(JobKind(name="mail", run=desk), parallel=3)):
            await until(lambda: len(desk.started) == 3)
            for _ in range(50):
                await asyncio.sleep(0)
            assert len(desk.started) == 3
            desk.door.set()
            await until(lambda: len(desk.ended) == 10)

    async def test_a_limited_kind_leaves_places_to_others(self, factory: Factory) -> None:
        mail, sync = Desk(), open_desk()
        await factory.enqueue(*(a_job(n) for n in range(5)), a_job("s", kind="sync"))
        kinds = JobKind(name="mail", run=mail, concurrency=2), JobKind(name="sync", run=sync)
        async with running(factory.worker(*kinds)):
            await until(lambda: sync.ended == ["s"])
            assert mail.started == ["0", "1"]
            mail.door.set()
            await until(lambda: len(mail.ended) == 5)

    async def test_what_is_enqueued_while_it_waits_is_noticed(self, factory: Factory) -> None:
        desk = open_desk()
        async with running(factory.worker(JobKind(name="mail", run=desk))):
            await asyncio.sleep(0)
            await factory.enqueue(a_job("late"))
            await until(lambda: desk.ended == ["late"])

    async def test_a_job_that_becomes_due_is_run(self, factory: Factory) -> None:
        desk = open_desk()
        at = factory.clock.now() + timedelta(hours=1)
        await factory.enqueue(attrs.evolve(a_job(), run_at=at))
        async with running(factory.worker(JobKind(name="mail", run=desk))):
            await until(lambda: bool(desk.ended))
        assert factory.clock.now() >= at

    async def test_a_failed_job_is_run_again_until_it_is_dead(self, factory: Factory) -> None:
        tries: list[int] = []

        async def fail(job: Job) -> None:
            tries.append(job.attempts)
            raise StorageConflict("busy")

        kind = JobKind(name="mail", run=fail, retry=RetryPolicy(attempts=3, first_s=10, longest_s=60))
        (job_id,) = await factory.enqueue(a_job())
        async with running(factory.worker(kind)):
            await until(lambda: [outcome for _, outcome, _ in factory.observed][-1:] == ["dead"])
        dead = await factory.job(job_id)
        assert dead is not None
        assert (tries, dead.state, dead.attempts) == ([0, 1, 2], JobState.DEAD, 3)
        assert dead.last_error == "storage_conflict: busy"
        assert factory.observed == [("mail", "again", 0.0), ("mail", "again", 0.0), ("mail", "dead", 0.0)]

    async def test_whoever_took_too_many_gives_them_back(self) -> None:
        """After quick ones many are taken at a time; when the next ones are slow, others must be able to have them."""
        clock = PatientClock()
        factory = await a_factory(clock)
        slow, fast = Desk(), open_desk()

        async def either(job: Job) -> None:
            await (fast if int(job.payload["n"]) < 60 else slow)(job)

        async def states() -> tuple[int, int]:
            of = [job.state for job in await factory.jobs()]
            return of.count(JobState.RUNNING), of.count(JobState.QUEUED)

        await factory.enqueue(*(a_job(n) for n in range(160)))
        async with running(factory.worker(JobKind(name="mail", run=either), parallel=20)):
            await until(lambda: len(slow.started) == 20)
            assert await states() == (80, 20)
            for _ in range(4):
                clock.advance(timedelta(seconds=0.5))
                for _ in range(20):
                    await asyncio.sleep(0)
            assert await states() == (20, 80)
            assert len(slow.started) == 20
            slow.door.set()
            await until(lambda: len(slow.ended) == 100)


class TestLeases:
    async def test_a_long_run_keeps_its_lease(self, factory: Factory) -> None:
        desk, yours = Desk(), open_desk()
        (job_id,) = await factory.enqueue(a_job())
        begin = factory.clock.now()
        async with running(factory.worker(JobKind(name="mail", run=desk))):
            await until(lambda: factory.clock.now() > begin + timedelta(seconds=5 * factory.queue.lease_s))
            assert await factory.worker(JobKind(name="mail", run=yours)).run_pending() == 0
            desk.door.set()
            await until(lambda: desk.ended == ["1"])
        assert await factory.job(job_id) is None
        assert yours.started == []

    async def test_a_cancelled_job_is_stopped_and_stays_cancelled(self, factory: Factory) -> None:
        desk = Desk()
        gone, kept = await factory.enqueue(a_job("gone"), a_job("kept"))
        async with running(factory.worker(JobKind(name="mail", run=desk))):
            await until(lambda: len(desk.started) == 2)
            await factory.cancel(gone)
            await until(lambda: bool(desk.cancelled))
            desk.door.set()
            await until(lambda: bool(desk.ended))
        assert (desk.cancelled, desk.ended) == (["gone"], ["kept"])
        assert [await factory.job(job_id) for job_id in (gone, kept)] == [None, None]
        assert ("mail", "broken_off") in {(kind, outcome) for kind, outcome, _ in factory.observed}

    async def test_a_job_that_was_lost_to_another_is_stopped(self, factory: Factory) -> None:
        desk = Desk()
        (job_id,) = await factory.enqueue(a_job())
        async with running(factory.worker(JobKind(name="mail", run=desk))):
            await until(lambda: bool(desk.started))
            factory.clock.advance(timedelta(seconds=factory.queue.lease_s + 1))
            (taken,) = await factory.queue.claim({"mail": None}, worker=UUID(int=7), count=1)
            await until(lambda: bool(desk.cancelled))
        job = await factory.job(job_id)
        assert job is not None
        assert (taken.id, job.state, job.attempts) == (job_id, JobState.RUNNING, 1)

    async def test_a_job_whose_runs_are_lost_again_and_again_is_dead(self, factory: Factory) -> None:
        desk = open_desk()
        (job_id,) = await factory.enqueue(a_job())
        for _ in range(3):
            assert len(await factory.queue.claim({"mail": None}, worker=UUID(int=7), count=1)) == 1
            factory.clock.advance(timedelta(seconds=factory.queue.lease_s + 1))
        await factory.worker(JobKind(name="mail", run=desk, retry=RetryPolicy(attempts=3))).run_pending()
        job = await factory.job(job_id)
        assert job is not None
        assert (desk.started, job.state) == ([], JobState.DEAD)

    async def test_a_clock_that_is_set_back_breaks_no_lease(self) -> None:
        clock = PatientClock()
        factory, desk = await a_factory(clock), Desk()
        renewing = NotingQueue.of(factory.queue)
        factory.queue = renewing
        await factory.enqueue(a_job())
        async with running(factory.worker(JobKind(name="mail", run=desk))):
            await until(lambda: bool(desk.started))
            clock.set(NOON - timedelta(hours=1))
            for _ in range(50):
                clock.advance(timedelta(seconds=0.5))
                for _ in range(20):
                    await asyncio.sleep(0)
            assert len(renewing.renewals) == 1  # in 25 of the lease's 60 seconds
            desk.door.set()
            await until(lambda: bool(desk.ended))

    async def test_a_clock_that_is_set_back_prolongs_no_grace(self) -> None:
        clock = PatientClock()
        factory, desk = await a_factory(clock), Desk()
        await factory.enqueue(a_job())
        async with running(factory.worker(JobKind(name="mail", run=desk)), grace_s=5) as stop:
            await until(lambda: bool(desk.started))
            stop.set()
            for _ in range(20):
                await asyncio.sleep(0)
            clock.set(NOON - timedelta(hours=1))
            for _ in range(11):
                clock.advance(timedelta(seconds=0.5))
                for _ in range(20):
                    await asyncio.sleep(0)
            assert desk.cancelled == ["1"]


class TestStopping:
    async def test_running_jobs_may_finish(self, factory: Factory) -> None:
        desk = Desk()
        (job_id,) = await factory.enqueue(a_job())
        async with running(factory.worker(JobKind(name="mail", run=desk))) as stop:
            await until(lambda: bool(desk.started))
            stop.set()
            await asyncio.sleep(0)
            desk.door.set()
        assert desk.ended == ["1"]
        assert await factory.job(job_id) is None

    async def test_nothing_more_is_begun(self, factory: Factory) -> None:
        desk = Desk()
        ids = await factory.enqueue(*(a_job(n) for n in range(4)))
        async with running(factory.worker(JobKind(name="mail", run=desk), parallel=2)) as stop:
            await until(lambda: len(desk.started) == 2)
            stop.set()
            await asyncio.sleep(0)
            desk.door.set()
        assert desk.started == ["0", "1"]
        left = [job for job in [await factory.job(job_id) for job_id in ids] if job is not None]
        assert [(job.payload["n"], job.state, job.attempts) for job in left] == [
            ("2", JobState.QUEUED, 0),
            ("3", JobState.QUEUED, 0),
        ]

    async def test_what_does_not_finish_in_time_is_returned(self, factory: Factory) -> None:
        desk = Desk()
        (job_id,) = await factory.enqueue(a_job())
        async with running(factory.worker(JobKind(name="mail", run=desk)), grace_s=5) as stop:
            await until(lambda: bool(desk.started))
            told = factory.clock.now()
            stop.set()
        assert desk.cancelled == ["1"]
        assert factory.clock.now() - told >= timedelta(seconds=5)
        job = await factory.job(job_id)
        assert job is not None
        assert (job.state, job.attempts, job.last_error) == (JobState.QUEUED, 0, None)

    async def test_a_worker_that_is_cancelled_returns_its_jobs(self, factory: Factory) -> None:
        desk = Desk()
        (job_id,) = await factory.enqueue(a_job())
        task = asyncio.create_task(factory.worker(JobKind(name="mail", run=desk)).run(asyncio.Event()))
        await until(lambda: bool(desk.started))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        job = await factory.job(job_id)
        assert job is not None
        assert (job.state, job.attempts) == (JobState.QUEUED, 0)


@attrs.define
class FailingQueue(MemoryJobQueue):
    """Fails so many times, with each of its methods in turn."""

    inner: MemoryJobQueue
    times: dict[str, int]
    lease_s: float = 60.0

    @classmethod
    def of(cls, inner: MemoryJobQueue, *, times: int) -> "FailingQueue":
        return cls(inner, dict.fromkeys(("claim", "settle", "renew", "wait"), times))

    def _maybe(self, what: str) -> None:
        self.times[what] -= 1
        if self.times[what] >= 0:
            raise StorageConflict(f"{what}: busy") if self.times[what] % 2 else StorageUnavailable(f"{what}: down")

    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        self._maybe("claim")
        return await self.inner.claim(limits, worker=worker, count=count)

    async def settle(self, outcomes: Sequence[Outcome], *, worker: UUID) -> None:
        self._maybe("settle")
        await self.inner.settle(outcomes, worker=worker)

    async def renew(self, jobs: Collection[JobId], *, worker: UUID) -> Collection[JobId]:
        self._maybe("renew")
        return await self.inner.renew(jobs, worker=worker)

    async def wait(self, seconds: float) -> None:
        self._maybe("wait")
        await self.inner.wait(seconds)


class TestTrouble:
    async def test_a_queue_that_comes_back_finds_its_worker_at_work(self, factory: Factory) -> None:
        desk = open_desk()
        ids = await factory.enqueue(*(a_job(n) for n in range(30)))
        factory.queue = FailingQueue.of(factory.queue, times=3)
        async with running(factory.worker(JobKind(name="mail", run=desk), parallel=5)):
            await until(lambda: len(desk.ended) == 30)
            later = factory.clock.now() + timedelta(minutes=5)
            await until(lambda: factory.clock.now() > later)
        assert sorted(map(int, desk.ended)) == list(range(30))  # once each: what was not booked was not run again
        assert [await factory.job(job_id) for job_id in ids] == [None] * 30

    async def test_it_ends_in_order_when_the_queue_is_down(self, factory: Factory) -> None:
        desk = Desk()
        (job_id,) = await factory.enqueue(a_job())
        failing = FailingQueue.of(factory.queue, times=0)
        factory.queue = failing
        async with running(factory.worker(JobKind(name="mail", run=desk)), grace_s=1):
            await until(lambda: bool(desk.started))
            failing.times = dict.fromkeys(failing.times, 1_000_000)
        job = await factory.job(job_id)
        assert job is not None
        assert job.state is JobState.RUNNING  # until its lease has run out


@attrs.define
class NotingQueue(MemoryJobQueue):
    """Notes how often leases are renewed, and books nothing about some jobs: at all, or unless they are dead."""

    inner: MemoryJobQueue
    unbookable: frozenset[str] = frozenset()
    unburiable: frozenset[str] = frozenset()
    renewals: list[Collection[JobId]] = attrs.field(factory=list)
    lease_s: float = 60.0

    @classmethod
    def of(cls, inner: MemoryJobQueue, *, unbookable: str = "", unburiable: str = "") -> "NotingQueue":
        return cls(inner, frozenset(unbookable), frozenset(unburiable))

    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        return await self.inner.claim(limits, worker=worker, count=count)

    async def settle(self, outcomes: Sequence[Outcome], *, worker: UUID) -> None:
        for outcome in outcomes:
            n = outcome.job.payload["n"]
            if n in self.unburiable or (n in self.unbookable and not isinstance(outcome, Dead)):
                raise OverflowError(n)
        await self.inner.settle(outcomes, worker=worker)

    async def renew(self, jobs: Collection[JobId], *, worker: UUID) -> Collection[JobId]:
        self.renewals.append(jobs)
        return await self.inner.renew(jobs, worker=worker)

    async def wait(self, seconds: float) -> None:
        await self.inner.wait(seconds)


class TestPoison:
    async def test_one_that_cannot_be_booked_is_dead_and_the_others_are_booked(self, factory: Factory) -> None:
        desk = open_desk()
        ids = await factory.enqueue(*(a_job(n) for n in range(5)))
        factory.queue = NotingQueue.of(factory.queue, unbookable="1", unburiable="3")
        async with running(factory.worker(JobKind(name="mail", run=desk))):
            await until(lambda: len(desk.ended) == 5)
            await factory.enqueue(a_job("later"))
            await until(lambda: "later" in desk.ended)
        dead, lost = [job for job in [await factory.job(job_id) for job_id in ids] if job is not None]
        assert (dead.id, dead.state, dead.last_error) == (
            ids[1],
            JobState.DEAD,
            "how its run ended could not be booked (see the log)",
        )
        assert (lost.id, lost.state) == (ids[3], JobState.RUNNING)  # until its lease has run out
        assert sorted(desk.ended) == ["0", "1", "2", "3", "4", "later"]

    @pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
    @pytest.mark.parametrize("pending", [True, False])
    async def test_a_job_that_ends_its_process_is_not_run_for_ever(
        self, factory: Factory, error: BaseException, pending: bool
    ) -> None:
        runs = []

        async def leave(job: Job) -> None:
            runs.append(job.attempts)
            raise error

        kind = JobKind(name="mail", run=leave, retry=RetryPolicy(attempts=2, first_s=0))
        (job_id,) = await factory.enqueue(a_job())
        for _ in range(2):
            worker = factory.worker(kind)
            work = worker.run_pending() if pending else worker.run(asyncio.Event())
            with pytest.raises(type(error)) as ended:
                await work
            assert ended.value is error
        job = await factory.job(job_id)
        assert job is not None
        assert (runs, job.state, job.attempts) == ([0, 1], JobState.DEAD, 2)
