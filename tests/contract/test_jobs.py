"""What every job queue promises, to units of work and to workers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from uuid import UUID, uuid4

import attrs
import pytest
from tests.builders import a_tenant

from tresen.application.log_context import bound
from tresen.application.ports.jobs import JOB_ORDER
from tresen.domain.jobs.job import Job, JobRequest, JobState
from tresen.domain.jobs.outcome import Again, Dead, Done, Outcome, Returned
from tresen.domain.shared.errors import (
    AlreadyExists,
    IllegalTransition,
    InvalidValue,
    NotFound,
    StorageUnavailable,
)
from tresen.domain.shared.ids import JobId, TenantId
from tresen.domain.shared.page import Listing, Page

from .benches import Bench, bench_in_memory, bench_in_postgres, bench_in_sqlite, write

ME, YOU = UUID(int=1), UUID(int=2)
KINDS = {"mail": None, "sync": None}


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def opening(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Bench]:
    """A fresh, empty queue, yet to be opened."""
    match request.param:
        case "memory":
            return bench_in_memory()
        case "sqlite":
            return bench_in_sqlite(request.getfixturevalue("tmp_path") / "tresen.db")
        case _:
            return bench_in_postgres(request.getfixturevalue("emptied_postgres_url"))


@pytest.fixture
async def bench(opening: AbstractAsyncContextManager[Bench]) -> AsyncIterator[Bench]:
    """A fresh, empty queue."""
    async with opening as one:
        yield one


@pytest.fixture
async def tenant(bench: Bench) -> TenantId:
    """The tenant whose jobs the test is about."""
    return await _tenant(bench, "studio")


@pytest.fixture
async def other(bench: Bench) -> TenantId:
    """A tenant that must never see any of them."""
    return await _tenant(bench, "other-studio")


async def _tenant(bench: Bench, slug: str) -> TenantId:
    one = a_tenant(slug)
    await bench.directory.add_tenant(one)
    return one.id


async def enqueue(bench: Bench, tenant: TenantId, *requests: JobRequest) -> Sequence[JobId | None]:
    return await write(bench, tenant, lambda uow: uow.jobs.enqueue(requests))


async def one(bench: Bench, tenant: TenantId, request: JobRequest) -> JobId:
    (job_id,) = await enqueue(bench, tenant, request)
    assert job_id is not None
    return job_id


async def claim(bench: Bench, *, count: int = 10, worker: UUID = ME, **limits: int) -> Sequence[Job]:
    return await bench.queue.claim({**KINDS, **limits}, worker=worker, count=count)


async def claimed(bench: Bench, *, count: int = 10, worker: UUID = ME) -> list[str]:
    """The ``n`` of the payloads, in the order in which they are to be run."""
    return [job.payload["n"] for job in await claim(bench, count=count, worker=worker)]


async def settle(bench: Bench, *outcomes: Outcome, worker: UUID = ME) -> None:
    await bench.queue.settle(outcomes, worker=worker)


async def get(bench: Bench, tenant: TenantId, job_id: JobId) -> Job:
    async with bench.units.open(tenant, read_only=True) as uow:
        return await uow.jobs.get(job_id)


async def page(bench: Bench, tenant: TenantId, listing: Listing | None = None) -> Page[Job]:
    async with bench.units.open(tenant, read_only=True) as uow:
        return await uow.jobs.page(listing or Listing())


async def retry(bench: Bench, tenant: TenantId, job_id: JobId) -> None:
    await write(bench, tenant, lambda uow: uow.jobs.retry(job_id))


async def cancel(bench: Bench, tenant: TenantId, job_id: JobId) -> None:
    await write(bench, tenant, lambda uow: uow.jobs.cancel(job_id))


def mail(
    n: int | str = 1,
    *,
    key: str | None = None,
    lane: str | None = None,
    priority: int = 0,
) -> JobRequest:
    return JobRequest(kind="mail", payload={"n": str(n)}, key=key, lane=lane, priority=priority)


class TestEnqueueing:
    async def test_a_job_carries_what_was_asked_for(self, bench: Bench, tenant: TenantId) -> None:
        request = JobRequest(kind="mail", payload={"n": "1", "to": "Zoë"}, key="k", lane="l", priority=7)
        with bound(correlation_id="c-1"):
            job_id = await one(bench, tenant, request)
        (job,) = await claim(bench)
        assert attrs.asdict(job) == {
            "id": job_id,
            "tenant_id": tenant,
            "kind": "mail",
            "payload": {"n": "1", "to": "Zoë"},
            "key": "k",
            "lane": "l",
            "state": JobState.RUNNING,
            "run_at": job.run_at,
            "priority": 7,
            "attempts": 0,
            "last_error": None,
            "correlation_id": "c-1",
            "created_at": job.created_at,
        }
        assert abs(job.run_at - bench.now()) < timedelta(minutes=1)
        assert abs(job.created_at - bench.now()) < timedelta(minutes=1)
        assert job.created_at.utcoffset() == job.run_at.utcoffset() == timedelta(0)

    async def test_the_longest_and_oddest_texts_are_kept(self, bench: Bench, tenant: TenantId) -> None:
        odd = "".join(chr(0x4E00 + n) for n in range(666))  # 1,998 bytes that no index makes shorter
        request = JobRequest(kind="mail", payload={"": "", odd: odd}, key=odd, lane=odd, correlation_id=odd)
        job_id = await one(bench, tenant, request)
        assert await enqueue(bench, tenant, request) == [None]
        (job,) = await claim(bench)
        assert (job.id, job.payload, job.key, job.lane, job.correlation_id) == (job_id, {"": "", odd: odd}, *[odd] * 3)

    async def test_nothing_is_left_of_a_unit_of_work_that_was_rolled_back(self, bench: Bench, tenant: TenantId) -> None:
        async with bench.units.open(tenant) as uow:
            assert await uow.jobs.enqueue([mail(key="k")]) != [None]
        assert (await page(bench, tenant)).count == 0
        assert await claim(bench) == []
        assert await enqueue(bench, tenant, mail(key="k")) != [None]

    async def test_nobody_sees_a_job_before_the_commit(self, bench: Bench, tenant: TenantId) -> None:
        async with bench.units.open(tenant) as uow:
            await uow.jobs.enqueue([mail()])
            assert (await page(bench, tenant)).count == 0
            await uow.commit()
        assert (await page(bench, tenant)).count == 1

    async def test_who_only_reads_cannot_enqueue(self, bench: Bench, tenant: TenantId) -> None:
        async with bench.units.open(tenant, read_only=True) as uow:
            with pytest.raises(StorageUnavailable):
                await uow.jobs.enqueue([mail()])

    async def test_no_requests_are_no_jobs(self, bench: Bench, tenant: TenantId) -> None:
        assert list(await enqueue(bench, tenant)) == []

    async def test_many_at_once_get_ids_of_their_own(self, bench: Bench, tenant: TenantId) -> None:
        ids = await enqueue(bench, tenant, *(mail(n) for n in range(300)))
        assert len(set(ids)) == 300
        assert await claimed(bench, count=300) == [str(n) for n in range(300)]


class TestKeys:
    async def test_a_second_job_with_the_key_is_not_made(self, bench: Bench, tenant: TenantId) -> None:
        ids = await enqueue(bench, tenant, mail(1, key="k"), mail(2, key="k"), mail(3, key="j"), mail(4))
        assert [job_id is None for job_id in ids] == [False, True, False, False]
        assert await enqueue(bench, tenant, mail(5, key="k")) == [None]
        assert await claimed(bench) == ["1", "3", "4"]

    async def test_a_running_job_keeps_its_key(self, bench: Bench, tenant: TenantId) -> None:
        await one(bench, tenant, mail(key="k"))
        await claim(bench)
        assert await enqueue(bench, tenant, mail(key="k")) == [None]

    async def test_a_failed_job_that_waits_keeps_its_key(self, bench: Bench, tenant: TenantId) -> None:
        await one(bench, tenant, mail(key="k"))
        (job,) = await claim(bench)
        await settle(bench, Again(job, 60, "no"))
        assert await enqueue(bench, tenant, mail(key="k")) == [None]

    @pytest.mark.parametrize("end", [Done, lambda job: Dead(job, "no")])
    async def test_the_key_is_free_when_the_job_has_ended(
        self, bench: Bench, tenant: TenantId, end: type[Done]
    ) -> None:
        await one(bench, tenant, mail(key="k"))
        (job,) = await claim(bench)
        await settle(bench, end(job))
        await one(bench, tenant, mail(key="k"))

    async def test_the_key_is_free_when_the_job_is_cancelled(self, bench: Bench, tenant: TenantId) -> None:
        await cancel(bench, tenant, await one(bench, tenant, mail(key="k")))
        await one(bench, tenant, mail(key="k"))

    async def test_tenants_share_no_keys(self, bench: Bench, tenant: TenantId, other: TenantId) -> None:
        await one(bench, tenant, mail(key="k"))
        await one(bench, other, mail(key="k"))


class TestOrder:
    async def test_the_greater_priority_first_then_the_earlier_one(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1), mail(2, priority=-5), mail(3, priority=9), mail(4), mail(5, priority=9))
        assert await claimed(bench) == ["3", "5", "1", "4", "2"]

    async def test_kinds_are_ordered_together(self, bench: Bench, tenant: TenantId) -> None:
        sync = JobRequest(kind="sync", payload={"n": "2"}, priority=1)
        await enqueue(bench, tenant, mail(1), sync, mail(3), attrs.evolve(sync, payload={"n": "4"}, priority=0))
        assert await claimed(bench) == ["2", "1", "3", "4"]

    async def test_only_as_many_as_are_asked_for(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1), mail(2), mail(3, priority=1))
        assert await claimed(bench, count=2) == ["3", "1"]
        assert await claimed(bench, count=2) == ["2"]
        assert await claimed(bench, count=2) == []

    async def test_kinds_that_the_worker_does_not_know_are_left_alone(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, JobRequest(kind="unknown"), mail(1))
        assert await claimed(bench) == ["1"]
        assert (await page(bench, tenant, Listing(status="queued"))).count == 1

    async def test_jobs_of_all_tenants_are_claimed(self, bench: Bench, tenant: TenantId, other: TenantId) -> None:
        await one(bench, tenant, mail(1))
        await one(bench, other, mail(2))
        assert [(job.tenant_id, job.payload["n"]) for job in await claim(bench)] == [(tenant, "1"), (other, "2")]

    async def test_nothing_is_run_before_its_time(self, bench: Bench, tenant: TenantId) -> None:
        later = JobRequest(kind="mail", payload={"n": "1"}, run_at=bench.now() + timedelta(seconds=40), priority=9)
        await enqueue(bench, tenant, later, mail(2))
        assert await claimed(bench) == ["2"]
        await bench.pass_time(30)
        assert await claimed(bench) == []
        await bench.pass_time(11)
        assert await claimed(bench) == ["1"]

    async def test_a_time_that_has_passed_is_at_once(self, bench: Bench, tenant: TenantId) -> None:
        await one(bench, tenant, attrs.evolve(mail(1), run_at=bench.now() - timedelta(days=1)))
        assert await claimed(bench) == ["1"]

    async def test_due_at_last_a_job_has_the_place_of_its_priority(self, bench: Bench, tenant: TenantId) -> None:
        at = bench.now() + timedelta(seconds=60)
        await enqueue(bench, tenant, attrs.evolve(mail(1, priority=1), run_at=at), attrs.evolve(mail(2), run_at=at))
        await bench.pass_time(61)
        await enqueue(bench, tenant, mail(3), mail(4, priority=2))
        assert await claimed(bench) == ["4", "1", "2", "3"]


class TestLanes:
    async def test_one_at_a_time_in_the_order_of_enqueueing(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l", priority=9), mail(3))
        first, free = await claim(bench)
        assert (first.payload["n"], free.payload["n"]) == ("1", "3")
        assert await claimed(bench, worker=YOU) == []
        await settle(bench, Done(first))
        assert await claimed(bench) == ["2"]

    async def test_a_failed_head_holds_up_its_lane_only(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"), mail(3, lane="m"), mail(4, lane="m"))
        head, of_m = await claim(bench)
        await settle(bench, Again(head, 40, "no"), Done(of_m))
        assert await claimed(bench) == ["4"]
        await bench.pass_time(41)
        assert await claimed(bench) == ["1"]

    async def test_a_head_whose_time_has_not_come_holds_up_its_lane(self, bench: Bench, tenant: TenantId) -> None:
        later = attrs.evolve(mail(1, lane="l"), run_at=bench.now() + timedelta(seconds=60))
        await enqueue(bench, tenant, later, mail(2, lane="l"))
        assert await claimed(bench) == []
        await bench.pass_time(61)
        assert await claimed(bench) == ["1"]

    async def test_a_dead_head_lets_go(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"))
        (head,) = await claim(bench)
        await settle(bench, Dead(head, "no"))
        assert await claimed(bench) == ["2"]

    async def test_a_cancelled_head_lets_go(self, bench: Bench, tenant: TenantId) -> None:
        head, _ = await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"))
        assert head is not None
        await cancel(bench, tenant, head)
        assert await claimed(bench) == ["2"]

    async def test_a_returned_head_is_the_head_again(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"))
        (head,) = await claim(bench)
        await settle(bench, Returned(head))
        assert await claimed(bench) == ["1"]

    async def test_a_cancelled_job_in_the_middle_is_passed_over(self, bench: Bench, tenant: TenantId) -> None:
        _, middle, _ = await enqueue(bench, tenant, *(mail(n, lane="l") for n in (1, 2, 3)))
        (head,) = await claim(bench)
        assert middle is not None
        await cancel(bench, tenant, middle)
        assert await claimed(bench) == []
        await settle(bench, Done(head))
        assert await claimed(bench) == ["3"]

    async def test_the_head_stays_the_head_when_one_behind_it_is_cancelled(
        self, bench: Bench, tenant: TenantId
    ) -> None:
        _, middle, _ = await enqueue(bench, tenant, *(mail(n, lane="l") for n in (1, 2, 3)))
        assert middle is not None
        await cancel(bench, tenant, middle)
        assert await claimed(bench) == ["1"]

    async def test_a_dead_one_that_is_retried_goes_before_one_that_comes_again(
        self, bench: Bench, tenant: TenantId
    ) -> None:
        first, _ = await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"))
        assert first is not None
        await settle(bench, *(Dead(job, "no") for job in await claim(bench)))
        (second,) = await claim(bench)
        await retry(bench, tenant, first)
        await settle(bench, Returned(second))
        (head,) = await claim(bench)
        assert head.payload["n"] == "1"
        await settle(bench, Done(head))
        assert await claimed(bench) == ["2"]

    async def test_a_dead_one_that_is_retried_has_its_old_place(self, bench: Bench, tenant: TenantId) -> None:
        first, _ = await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"))
        assert first is not None
        (head,) = await claim(bench)
        await settle(bench, Dead(head, "no"))
        await retry(bench, tenant, first)
        assert await claimed(bench) == ["1"]

    async def test_a_dead_one_that_is_retried_waits_for_the_one_that_runs(self, bench: Bench, tenant: TenantId) -> None:
        first, *_ = await enqueue(bench, tenant, *(mail(n, lane="l") for n in (1, 2, 3)))
        assert first is not None
        (head,) = await claim(bench)
        await settle(bench, Dead(head, "no"))
        (second,) = await claim(bench)
        await retry(bench, tenant, first)
        assert await claimed(bench) == []
        await settle(bench, Done(second))
        assert await claimed(bench) == ["1"]

    async def test_a_lost_head_is_the_head_again(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"))
        await claim(bench)
        await bench.pass_time(bench.queue.lease_s + 1)
        assert await claimed(bench, worker=YOU) == ["1"]

    async def test_tenants_share_no_lanes(self, bench: Bench, tenant: TenantId, other: TenantId) -> None:
        await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"))
        await enqueue(bench, other, mail(3, lane="l"), mail(4, lane="l"))
        mine, theirs = await claim(bench)
        assert (mine.payload["n"], theirs.payload["n"]) == ("1", "3")
        await settle(bench, Done(theirs))
        assert await claimed(bench) == ["4"]


class TestOutcomes:
    async def test_a_done_job_is_forgotten(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail())
        await settle(bench, *map(Done, await claim(bench)))
        with pytest.raises(NotFound):
            await get(bench, tenant, job_id)
        assert await claim(bench) == []

    async def test_a_failed_job_comes_again_after_its_delay(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1))
        (job,) = await claim(bench)
        await settle(bench, Again(job, 30, "provider_unavailable: no answer"))
        waiting = await get(bench, tenant, job_id)
        assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 1)
        assert waiting.last_error == "provider_unavailable: no answer"
        assert abs(waiting.run_at - bench.now() - timedelta(seconds=30)) < timedelta(seconds=10)
        await bench.pass_time(19)
        assert await claim(bench) == []
        await bench.pass_time(12)
        (again,) = await claim(bench)
        assert (again.id, again.attempts) == (job_id, 1)

    async def test_a_dead_job_is_kept_for_a_person(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1))
        (job,) = await claim(bench)
        await settle(bench, Dead(job, "hopeless: no such member"))
        await bench.pass_time(100_000)
        assert await claim(bench) == []
        dead = await get(bench, tenant, job_id)
        assert (dead.state, dead.attempts, dead.last_error) == (JobState.DEAD, 1, "hopeless: no such member")
        assert (await page(bench, tenant, Listing(status="dead"))).items == (dead,)

    async def test_a_returned_job_is_due_at_once_and_has_not_failed(self, bench: Bench, tenant: TenantId) -> None:
        await one(bench, tenant, mail(1))
        (job,) = await claim(bench)
        await settle(bench, Returned(job))
        (again,) = await claim(bench, worker=YOU)
        assert (again.id, again.attempts, again.last_error) == (job.id, 0, None)

    async def test_a_job_that_is_put_off_is_due_later_and_has_not_failed(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1, lane="l"), mail(2, lane="l"), mail(3))
        first, third = await claim(bench)
        await settle(bench, Returned(first, 60), Done(third))
        assert await claim(bench) == []
        await bench.pass_time(50)
        assert await claim(bench) == []
        await bench.pass_time(11)
        (again,) = await claim(bench, worker=YOU)
        assert (again.id, again.attempts, again.last_error) == (first.id, 0, None)
        assert again.run_at > first.run_at

    async def test_many_outcomes_are_booked_together(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, *(mail(n) for n in range(4)))
        done, again, dead, returned = await claim(bench)
        await settle(bench, Done(done), Again(again, 60, "a"), Dead(dead, "d"), Returned(returned))
        left = {job.payload["n"]: job.state for job in (await page(bench, tenant)).items}
        assert left == {"1": JobState.QUEUED, "2": JobState.DEAD, "3": JobState.QUEUED}
        assert await claimed(bench) == ["3"]

    async def test_whatever_a_run_says_is_booked_with_its_neighbours(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, *(mail(n) for n in range(5)))
        fine, endless, odd, dead, sudden = await claim(bench)
        outcomes: list[Outcome] = [
            Done(fine),
            Again(endless, float("inf"), "a\ud800b\0c"),
            Again(odd, float("nan"), "\0"),
            Dead(dead, "\udfff"),
            Again(sudden, -1e300, "no"),
        ]
        await bench.queue.settle(outcomes, worker=ME)
        kept = {job.payload["n"]: job for job in (await page(bench, tenant)).items}
        assert {n: (job.state.value, job.attempts, job.last_error) for n, job in kept.items()} == {
            "1": ("queued", 1, "a?bc"),
            "2": ("queued", 1, ""),
            "3": ("dead", 1, "?"),
            "4": ("queued", 1, "no"),
        }
        assert kept["1"].run_at > bench.now() + timedelta(days=399)
        assert sorted(await claimed(bench)) == ["2", "4"]

    async def test_nothing_to_settle_is_nothing(self, bench: Bench) -> None:
        await settle(bench)


class TestLeases:
    async def test_a_job_is_claimed_by_one_worker_only(self, bench: Bench, tenant: TenantId) -> None:
        await one(bench, tenant, mail(1))
        assert await claimed(bench) == ["1"]
        await bench.pass_time(bench.queue.lease_s - 5)
        assert await claimed(bench, worker=YOU) == []

    async def test_an_expired_lease_is_taken_over_and_counts(self, bench: Bench, tenant: TenantId) -> None:
        await one(bench, tenant, mail(1))
        await claim(bench)
        await bench.pass_time(bench.queue.lease_s + 1)
        (job,) = await claim(bench, worker=YOU)
        assert (job.payload["n"], job.attempts) == ("1", 1)
        assert job.last_error is not None

    @pytest.mark.parametrize("late", [Done, Returned, lambda job: Dead(job, "no"), lambda job: Again(job, 5, "no")])
    async def test_the_late_worker_is_not_heard(
        self, bench: Bench, tenant: TenantId, late: Callable[[Job], Outcome]
    ) -> None:
        await one(bench, tenant, mail(1))
        (lost,) = await claim(bench)
        await bench.pass_time(bench.queue.lease_s + 1)
        (mine,) = await claim(bench, worker=YOU)
        await settle(bench, late(lost))
        kept = await get(bench, tenant, mine.id)
        assert (kept.state, kept.attempts) == (JobState.RUNNING, 1)
        assert list(await bench.queue.renew([lost.id], worker=ME)) == []
        assert list(await bench.queue.renew([mine.id], worker=YOU)) == [mine.id]
        await settle(bench, Done(mine), worker=YOU)
        assert (await page(bench, tenant)).count == 0

    async def test_a_renewed_lease_is_not_taken_over(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1), mail(2))
        first, second = await claim(bench)
        for _ in range(3):
            await bench.pass_time(bench.queue.lease_s - 10)
            assert list(await bench.queue.renew([first.id], worker=ME)) == [first.id]
        assert await claimed(bench, worker=YOU) == [second.payload["n"]]

    async def test_an_expired_lease_that_nobody_took_may_be_renewed_or_settled(
        self, bench: Bench, tenant: TenantId
    ) -> None:
        await one(bench, tenant, mail(1))
        (job,) = await claim(bench)
        await bench.pass_time(bench.queue.lease_s + 1)
        assert list(await bench.queue.renew([job.id], worker=ME)) == [job.id]
        await bench.pass_time(bench.queue.lease_s + 1)
        await settle(bench, Done(job))
        assert await claim(bench, worker=YOU) == []

    async def test_only_known_jobs_are_renewed(self, bench: Bench) -> None:
        assert list(await bench.queue.renew([JobId("123456")], worker=ME)) == []
        assert list(await bench.queue.renew([], worker=ME)) == []


class TestConcurrency:
    async def test_a_kind_with_a_limit_runs_so_often_at_a_time(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, *(mail(n) for n in range(5)), JobRequest(kind="sync", payload={"n": "5"}))
        first = await claim(bench, mail=2)
        assert sorted(job.payload["n"] for job in first) == ["0", "1", "5"]
        assert await claim(bench, worker=YOU, mail=2) == []
        await settle(bench, Done(first[0]))
        assert len(await claim(bench, worker=YOU, mail=2)) == 1

    async def test_those_that_are_lost_do_not_count(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1), mail(2))
        await claim(bench, mail=1)
        await bench.pass_time(bench.queue.lease_s + 1)
        assert [job.payload["n"] for job in await claim(bench, worker=YOU, mail=1)] == ["1"]

    async def test_many_workers_at_once_share_without_overlap_or_excess(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, *(mail(n) for n in range(40)), *(_sync(n) for n in range(20)))
        workers = [uuid4() for _ in range(8)]
        took = await asyncio.gather(*(claim(bench, count=6, worker=w, sync=3) for w in workers))
        ids = [job.id for jobs in took for job in jobs]
        assert len(ids) == len(set(ids))
        assert sum(job.kind == "sync" for jobs in took for job in jobs) <= 3
        rest = await claim(bench, count=100, sync=3)
        running = (await page(bench, tenant, Listing(status="running", limit=200))).items
        assert len(running) == len(ids) + len(rest) == 43
        assert sum(job.kind == "sync" for job in running) == 3

    async def test_many_who_claim_the_same_lane_get_one_job(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, *(mail(n, lane="l") for n in range(10)))
        took = await asyncio.gather(*(claim(bench, worker=uuid4()) for _ in range(6)))
        assert [job.payload["n"] for jobs in took for job in jobs] == ["0"]

    async def test_many_who_enqueue_one_key_make_one_job(self, bench: Bench, tenant: TenantId) -> None:
        ids = await asyncio.gather(*(enqueue(bench, tenant, mail(n, key="k")) for n in range(10)))
        assert len([made for (made,) in ids if made is not None]) == 1
        assert len(await claim(bench)) == 1


def _sync(n: int) -> JobRequest:
    return JobRequest(kind="sync", payload={"n": str(n)})


class TestByHand:
    async def test_a_dead_job_is_retried_from_the_start(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1, key="k"))
        (job,) = await claim(bench)
        await settle(bench, Dead(job, "no"))
        await bench.pass_time(1000)
        await retry(bench, tenant, job_id)
        queued = await get(bench, tenant, job_id)
        assert (queued.state, queued.attempts) == (JobState.QUEUED, 0)
        assert await enqueue(bench, tenant, mail(2, key="k")) == [None]
        assert await claimed(bench) == ["1"]

    async def test_what_is_not_dead_is_not_retried(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1))
        with pytest.raises(IllegalTransition):
            await retry(bench, tenant, job_id)
        await claim(bench)
        with pytest.raises(IllegalTransition):
            await retry(bench, tenant, job_id)

    async def test_a_job_whose_key_is_taken_is_not_retried(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1, key="k"))
        (job,) = await claim(bench)
        await settle(bench, Dead(job, "no"))
        await one(bench, tenant, mail(2, key="k"))
        async with bench.units.open(tenant) as uow:
            await uow.jobs.enqueue([mail(3)])
            with pytest.raises(AlreadyExists):
                await uow.jobs.retry(job_id)
            await uow.commit()
        assert (await get(bench, tenant, job_id)).state is JobState.DEAD
        assert await claimed(bench) == ["2", "3"]

    async def test_a_queued_job_is_cancelled(self, bench: Bench, tenant: TenantId) -> None:
        await cancel(bench, tenant, await one(bench, tenant, mail(1)))
        assert await claim(bench) == []
        assert (await page(bench, tenant)).count == 0

    async def test_a_running_job_is_cancelled_and_its_worker_told(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1))
        (job,) = await claim(bench)
        await cancel(bench, tenant, job_id)
        assert list(await bench.queue.renew([job_id], worker=ME)) == []
        await settle(bench, Again(job, 0, "too late"))
        assert (await page(bench, tenant)).count == 0
        assert await claim(bench) == []

    async def test_a_dead_job_is_cancelled(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1))
        (job,) = await claim(bench)
        await settle(bench, Dead(job, "no"))
        await cancel(bench, tenant, job_id)
        with pytest.raises(NotFound):
            await get(bench, tenant, job_id)

    async def test_the_queued_jobs_of_lanes_that_begin_so_are_forgotten(
        self, bench: Bench, tenant: TenantId, other: TenantId
    ) -> None:
        await enqueue(bench, other, mail("other", lane="shop:1:a"))
        assert await claimed(bench, worker=YOU) == ["other"]
        await one(bench, tenant, mail("dead", lane="shop:1:a"))
        (job,) = await claim(bench)
        await settle(bench, Dead(job, "no"))
        await enqueue(bench, tenant, mail("runs", lane="shop:1:a"), mail(1, lane="shop:1:b"), mail(2))
        assert await claimed(bench, count=1) == ["runs"]
        await enqueue(bench, tenant, *(mail(f"gone {n}", lane=f"shop:1:{lane}") for n, lane in enumerate("aabbc")))
        await enqueue(bench, tenant, mail(3, lane="shop:12"), mail(4, lane="other:shop:1:"), mail(5, lane="shop:1"))
        await enqueue(bench, other, mail("others", lane="shop:1:a"))
        assert await write(bench, tenant, lambda uow: uow.jobs.cancel_lanes("shop:1:")) == 6
        assert await write(bench, tenant, lambda uow: uow.jobs.cancel_lanes("shop:1:")) == 0
        kept = [job.payload["n"] for job in (await page(bench, tenant)).items]
        assert kept == ["dead", "runs", "2", "3", "4", "5"]
        assert (await page(bench, other)).count == 2
        await one(bench, tenant, mail("later", lane="shop:1:b"))
        assert await claimed(bench) == ["2", "3", "4", "5", "later"]

    async def test_a_lane_of_many_is_forgotten(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, *(mail(n, lane=f"shop:{n % 300}") for n in range(450)))
        assert await write(bench, tenant, lambda uow: uow.jobs.cancel_lanes("shop:")) == 450
        assert (await page(bench, tenant)).count == 0

    async def test_nothing_happens_without_a_commit(self, bench: Bench, tenant: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1))
        async with bench.units.open(tenant) as uow:
            await uow.jobs.cancel(job_id)
        assert (await get(bench, tenant, job_id)).state is JobState.QUEUED

    @pytest.mark.parametrize("key", ["0", "999999", "", "x", "-1", "1.5", "²", "9" * 40, str(ME)])
    async def test_an_id_that_is_none_is_not_found(self, bench: Bench, tenant: TenantId, key: str) -> None:
        with pytest.raises(NotFound):
            await get(bench, tenant, JobId(key))
        for do in (retry, cancel):
            with pytest.raises(NotFound):
                await do(bench, tenant, JobId(key))

    async def test_another_tenants_job_is_not_found(self, bench: Bench, tenant: TenantId, other: TenantId) -> None:
        job_id = await one(bench, tenant, mail(1))
        with pytest.raises(NotFound):
            await get(bench, other, job_id)
        for do in (retry, cancel):
            with pytest.raises(NotFound):
                await do(bench, other, job_id)
        assert (await page(bench, other)).count == 0
        assert (await get(bench, tenant, job_id)).state is JobState.QUEUED


class TestLists:
    @pytest.fixture
    async def four(self, bench: Bench, tenant: TenantId, other: TenantId) -> Sequence[JobId | None]:
        """One dead, one running, two queued; and one of another tenant."""
        await one(bench, other, mail("other"))
        await settle(bench, *map(Returned, await claim(bench)))
        dying = await one(bench, tenant, mail("dead", priority=5))
        (job,) = await claim(bench, count=1)
        await settle(bench, Dead(job, "no"))
        await bench.pass_time(10)
        running = await one(bench, tenant, mail("running", priority=4))
        await claim(bench, count=1)
        await bench.pass_time(10)
        later = JobRequest(kind="sync", payload={"n": "later"}, run_at=bench.now() + timedelta(days=1))
        return [dying, running, *await enqueue(bench, tenant, later, mail("soon", priority=-1))]

    async def test_every_job_of_the_tenant_is_listed_in_the_order_of_making(
        self, bench: Bench, tenant: TenantId, four: Sequence[JobId]
    ) -> None:
        found = await page(bench, tenant)
        assert [job.id for job in found.items] == list(four)
        assert found.count == 4

    @pytest.mark.parametrize(
        ("status", "expected"),
        [("queued", ["later", "soon"]), ("running", ["running"]), ("dead", ["dead"]), ("ready", []), ("done", [])],
    )
    async def test_by_state(
        self, bench: Bench, tenant: TenantId, four: Sequence[JobId], status: str, expected: list[str]
    ) -> None:
        found = await page(bench, tenant, Listing(status=status))
        assert [job.payload["n"] for job in found.items] == expected
        assert found.count == len(expected)
        assert all(job.state.value == status for job in found.items)

    async def test_by_a_part_of_the_kind(self, bench: Bench, tenant: TenantId, four: Sequence[JobId]) -> None:
        assert [job.payload["n"] for job in (await page(bench, tenant, Listing(q="YN"))).items] == ["later"]
        assert (await page(bench, tenant, Listing(q="_"))).count == 0
        assert (await page(bench, tenant, Listing(q=" "))).count == 4

    @pytest.mark.parametrize(
        ("field", "expected"),
        [
            ("created_at", ["dead", "running", "later", "soon"]),
            ("run_at", ["dead", "running", "soon", "later"]),
            ("kind", ["dead", "running", "soon", "later"]),
            ("priority", ["soon", "later", "running", "dead"]),
        ],
    )
    async def test_in_the_order_that_is_asked_for(
        self, bench: Bench, tenant: TenantId, four: Sequence[JobId], field: str, expected: list[str]
    ) -> None:
        found = await page(bench, tenant, Listing(order_by=field))
        assert [job.payload["n"] for job in found.items] == expected

    async def test_backwards_equals_stay_in_the_order_of_making(
        self, bench: Bench, tenant: TenantId, four: Sequence[JobId]
    ) -> None:
        found = await page(bench, tenant, Listing(order_by="kind", descending=True))
        assert [job.payload["n"] for job in found.items] == ["later", "dead", "running", "soon"]

    async def test_no_other_order(self, bench: Bench, tenant: TenantId) -> None:
        assert set(JOB_ORDER) == {"created_at", "run_at", "kind", "priority"}
        with pytest.raises(InvalidValue):
            await page(bench, tenant, Listing(order_by="payload"))

    async def test_windows_do_not_overlap(self, bench: Bench, tenant: TenantId, four: Sequence[JobId]) -> None:
        windows = [await page(bench, tenant, Listing(limit=3, offset=offset, order_by="kind")) for offset in (0, 3, 6)]
        assert [len(window.items) for window in windows] == [3, 1, 0]
        assert {job.id for window in windows for job in window.items} == set(four)
        assert {window.count for window in windows} == {4}

    async def test_a_unit_of_work_sees_its_own_jobs(self, bench: Bench, tenant: TenantId) -> None:
        async with bench.units.open(tenant) as uow:
            (job_id,) = await uow.jobs.enqueue([mail(1)])
            assert job_id is not None
            assert (await uow.jobs.get(job_id)).payload == {"n": "1"}
            assert (await uow.jobs.page(Listing())).count == 1
            await uow.jobs.cancel(job_id)
            assert (await uow.jobs.page(Listing())).count == 0


class TestFigures:
    async def test_kinds_and_states_over_all_tenants(self, bench: Bench, tenant: TenantId, other: TenantId) -> None:
        assert list(await bench.queue.figures()) == []
        await enqueue(bench, tenant, mail(1, priority=9), mail(2, priority=8), mail(3), mail(4, lane="l"))
        await enqueue(bench, other, mail(5, lane="l"), mail(6, lane="l"))
        await one(bench, other, attrs.evolve(_sync(7), run_at=bench.now() + timedelta(days=1)))
        first, _ = await claim(bench, count=2)
        await settle(bench, Dead(first, "no"))
        figures = {(f.kind, f.state): f for f in await bench.queue.figures()}
        assert {key: figure.count for key, figure in figures.items()} == {
            ("mail", "dead"): 1,
            ("mail", "running"): 1,
            ("mail", "queued"): 4,
            ("sync", "queued"): 1,
        }
        oldest = figures["mail", "queued"].oldest_due_at
        assert oldest is not None
        assert abs(oldest - bench.now()) < timedelta(minutes=1)
        assert {key for key, figure in figures.items() if figure.oldest_due_at} == {("mail", "queued")}

    async def test_who_waits_for_another_of_its_lane_is_not_due(self, bench: Bench, tenant: TenantId) -> None:
        await enqueue(bench, tenant, mail(1, lane="l"))
        (head,) = await claim(bench)
        await enqueue(bench, tenant, mail(2, lane="l"))
        assert [f.oldest_due_at for f in await bench.queue.figures() if f.state == "queued"] == [None]
        await settle(bench, Again(head, 3_600, "not now"))
        assert [f.oldest_due_at for f in await bench.queue.figures()] == [None]


class TestWaiting:
    async def test_a_commit_ends_the_waiting(self, bench: Bench, tenant: TenantId) -> None:
        assert await claim(bench) == []
        waiting = asyncio.ensure_future(bench.queue.wait(3600))
        await one(bench, tenant, mail(1))
        async with asyncio.timeout(10):
            await waiting
        assert await claimed(bench) == ["1"]

    async def test_waiting_ends_when_the_time_is_up(self, bench: Bench) -> None:
        await claim(bench)
        waiting = asyncio.ensure_future(bench.queue.wait(0.2))
        async with asyncio.timeout(10):
            while not waiting.done():
                await bench.pass_time(1)
                await asyncio.sleep(0)

    async def test_what_was_claimed_is_no_news(self, bench: Bench, tenant: TenantId) -> None:
        """Otherwise a worker with nothing to do would never rest."""
        await one(bench, tenant, mail(1))
        await claim(bench)
        waiting = asyncio.ensure_future(bench.queue.wait(3600))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
