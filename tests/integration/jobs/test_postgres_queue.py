"""What the queue on PostgreSQL promises beyond the port's contract."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.builders import a_tenant

from tresen.adapters.jobs import postgres_listing as listings
from tresen.adapters.jobs.postgres_lanes import bucket
from tresen.adapters.jobs.postgres_queue import PgqueuerJobQueue
from tresen.adapters.jobs.postgres_trim import Trimming
from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.postgres import PostgresDatabase
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import UuidSource
from tresen.application.ports.jobs import JOB_ORDER
from tresen.domain.jobs.job import Job, JobRequest, JobState
from tresen.domain.jobs.outcome import Again, Dead, Done, Outcome, Returned
from tresen.domain.shared.errors import StorageUnavailable
from tresen.domain.shared.ids import JobId, TenantId
from tresen.domain.shared.page import Listing

ME, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    one = open_database(postgres_url, clock=FixedClock(), ids=UuidSource())
    assert isinstance(one, PostgresDatabase)
    yield one
    await one.close()


@pytest.fixture
def queue(database: PostgresDatabase) -> PgqueuerJobQueue:
    return PgqueuerJobQueue(database)


@pytest.fixture
def units(database: PostgresDatabase) -> SqlUnitsOfWork:
    return SqlUnitsOfWork(database)


@pytest.fixture
async def tenant(database: PostgresDatabase) -> TenantId:
    one = a_tenant()
    await SqlDirectory(database).add_tenant(one)
    return one.id


async def enqueue(units: SqlUnitsOfWork, tenant: TenantId, *requests: JobRequest) -> Sequence[JobId | None]:
    async with units.open(tenant) as uow:
        ids = await uow.jobs.enqueue(requests)
        await uow.commit()
    return ids


async def claim(queue: PgqueuerJobQueue, limit: int | None = None, *, worker: UUID = ME) -> Sequence[Job]:
    return await queue.claim({"mail": limit}, worker=worker, count=5000)


async def get(units: SqlUnitsOfWork, tenant: TenantId, job_id: JobId) -> Job:
    async with units.open(tenant, read_only=True) as uow:
        return await uow.jobs.get(job_id)


async def execute(database: PostgresDatabase, *statements: str) -> None:
    async with database.connection() as connection:
        for statement in statements:
            await connection.execute(statement)


async def value(database: PostgresDatabase, sql: str) -> Any:
    async with database.connection() as connection:
        return await connection.fetchval(sql)


def mail(n: int = 0, *, lane: str | None = None, key: str | None = None) -> JobRequest:
    return JobRequest(kind="mail", payload={"n": str(n)}, lane=lane, key=key)


def numbers(jobs: Sequence[Job]) -> list[str]:
    return [job.payload["n"] for job in jobs]


def with_another_lock(tenant: TenantId, lane: str) -> str:
    """A lane that shares no lock with this one: of 256 names one does."""
    return next(name for n in count() if bucket(tenant, name := f"another {n}") != bucket(tenant, lane))


class TestLanes:
    async def test_who_comes_second_waits_for_the_first_ones_commit(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        async with units.open(tenant) as first:
            await first.jobs.enqueue([mail(1, lane="l")])
            second = asyncio.create_task(enqueue(units, tenant, mail(2, lane="l")))
            await enqueue(units, tenant, mail(3, lane=with_another_lock(tenant, "l")))
            assert not second.done()
            await first.commit()
        await second
        assert numbers(await claim(queue)) == ["1", "3"]

    async def test_a_head_that_is_rolled_back_holds_up_nobody(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        async with units.open(tenant) as first:
            await first.jobs.enqueue([mail(1, lane="l")])
            second = asyncio.create_task(enqueue(units, tenant, mail(2, lane="l")))
            await enqueue(units, tenant, mail(3, lane=with_another_lock(tenant, "l")))
        await second
        assert sorted(numbers(await claim(queue))) == ["2", "3"]

    async def test_one_that_is_not_made_holds_up_nobody(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        await enqueue(units, tenant, mail(1, key="k"))
        await enqueue(units, tenant, mail(2, key="k", lane="l"), mail(3, lane="l"))
        assert numbers(await claim(queue)) == ["1", "3"]

    async def test_keys_hold_for_those_that_wait_in_a_lane(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        await enqueue(units, tenant, mail(1, lane="l"), mail(2, lane="l", key="k"))
        assert await enqueue(units, tenant, mail(3, key="k"), mail(4, lane="m", key="k")) == [None, None]

    async def test_one_transaction_may_touch_thousands(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        await enqueue(units, tenant, *(mail(n, lane=str(n % 3000)) for n in range(4000)))
        jobs = await claim(queue)
        assert len(jobs) == 3000
        await queue.settle([Done(job) for job in jobs], worker=ME)
        assert len(await claim(queue)) == 1000

    async def test_many_who_settle_and_enqueue_at_once_lose_nothing(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        ran: list[str] = []

        async def work(worker: UUID) -> None:
            while len(ran) < 60:
                jobs = await queue.claim({"mail": None}, worker=worker, count=2)
                ran.extend(numbers(jobs))
                await queue.settle([Done(job) for job in jobs], worker=worker)

        async def ask(lane: str) -> None:
            for n in range(20):
                await enqueue(units, tenant, mail(n, lane=lane))

        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for lane in "abc":
                group.create_task(ask(lane))
            for n in range(3):
                group.create_task(work(UUID(int=10 + n)))
        assert sorted(ran, key=int) == sorted([str(n) for n in range(20)] * 3, key=int)


class TestLimits:
    async def test_a_worker_of_pgqueuers_own_may_take_the_last_place(
        self, database: PostgresDatabase, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        await enqueue(units, tenant, mail(1), mail(2))
        taken = "UPDATE pgqueuer SET status = 'picked', slot = 0, queue_manager_id = gen_random_uuid() WHERE id = $1"
        async with database.connection() as connection:
            last = await connection.fetchval("SELECT max(id) FROM pgqueuer")
            async with connection.transaction():
                await connection.execute(taken, last)
                claiming = asyncio.create_task(claim(queue, 1))
                waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
                while not await value(database, waits):  # noqa: ASYNC110 - it is the server that waits
                    await asyncio.sleep(0.01)
        assert await claiming == []

    async def test_a_place_is_given_up_with_the_job(
        self, database: PostgresDatabase, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        """pgqueuer keeps it, and would give it to two once the limit is gone."""
        await enqueue(units, tenant, mail(1), mail(2), mail(3))
        first, second, third = await claim(queue, 3)
        await queue.settle([Again(first, 0, "no"), Returned(second), Dead(third, "no")], worker=ME)
        assert await value(database, "SELECT count(slot) FROM pgqueuer") == 0


class TestBooking:
    @pytest.mark.parametrize("end", [lambda job, text: Again(job, 60, text), Dead])
    async def test_any_words_of_an_error_are_booked(
        self,
        units: SqlUnitsOfWork,
        queue: PgqueuerJobQueue,
        tenant: TenantId,
        end: Callable[[Job, str], Outcome],
    ) -> None:
        (job_id,) = await enqueue(units, tenant, mail())
        assert job_id is not None
        (job,) = await claim(queue)
        await queue.settle([end(job, "caf\0é \ud800 \\u0000 'x")], worker=ME)
        assert (await get(units, tenant, job_id)).last_error == "café ? \\u0000 'x"

    async def test_instants_are_those_of_our_clock(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId, database: PostgresDatabase
    ) -> None:
        """Which here stands in another year than the server's."""
        now = database.clock.now()
        soon = JobRequest(kind="mail", run_at=now + timedelta(hours=1))
        job_id, _ = await enqueue(units, tenant, soon, mail())
        assert job_id is not None
        queued = await get(units, tenant, job_id)
        assert (queued.run_at, queued.created_at) == (now + timedelta(hours=1), now)
        (job,) = await claim(queue)
        await queue.settle([Again(job, 90, "no")], worker=ME)
        assert (await get(units, tenant, job.id)).run_at == now + timedelta(seconds=90)
        due = await value(database, "SELECT min(execute_after - now()) FROM pgqueuer WHERE attempts = 1")
        assert timedelta(seconds=30) < due <= timedelta(seconds=90)

    async def test_a_transaction_that_takes_long_makes_no_job_early(
        self, units: SqlUnitsOfWork, tenant: TenantId, database: PostgresDatabase
    ) -> None:
        """The server's ``now()`` is the transaction's beginning."""
        async with units.open(tenant) as uow:
            await asyncio.sleep(0.2)
            await uow.jobs.enqueue([JobRequest(kind="mail", run_at=database.clock.now() + timedelta(hours=1))])
            began = await value(database, "SELECT min(xact_start) FROM pg_stat_activity WHERE state LIKE 'idle in%'")
            await uow.commit()
        due = await value(database, "SELECT execute_after FROM pgqueuer")
        assert due - began >= timedelta(hours=1, milliseconds=190)


class TestNeighbours:
    async def test_jobs_of_somebody_else_are_left_alone(
        self, database: PostgresDatabase, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        """pgqueuer may serve another program in the same database."""
        theirs = (
            "INSERT INTO pgqueuer (priority, entrypoint, status, heartbeat, queue_manager_id) "
            "VALUES (0, 'theirs', 'picked', now() - interval '1 day', gen_random_uuid())"
        )
        await execute(database, theirs)
        await enqueue(units, tenant, mail())
        assert len(await claim(queue)) == 1
        assert await value(database, "SELECT status::text FROM pgqueuer WHERE entrypoint = 'theirs'") == "picked"
        assert [figure.kind for figure in await queue.figures()] == ["mail"]


class TestLog:
    async def test_it_is_kept_short(
        self, database: PostgresDatabase, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        queue._trimming = Trimming(kept=100)
        for _ in range(4):
            await enqueue(units, tenant, *(mail(n) for n in range(2500)))
            await queue.settle([Done(job) for job in await claim(queue)], worker=ME)
        lines = await value(database, "SELECT count(*) FROM pgqueuer_log")
        # At the latest after every 5,000 jobs, which write three lines each.
        assert 100 <= lines <= 100 + 3 * 5000
        assert await value(database, "SELECT count(*) FROM pgqueuer_log WHERE status = 'successful'") != 0

    async def test_a_process_that_lives_briefly_trims_it_too(
        self, database: PostgresDatabase, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        queue._trimming = Trimming(kept=1)
        await enqueue(units, tenant, mail())
        await queue.settle([Done(job) for job in await claim(queue)], worker=ME)
        assert await value(database, "SELECT count(*) FROM pgqueuer_log") == 1


class TestNews:
    async def test_what_another_worker_gives_back_is_told(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId, database: PostgresDatabase
    ) -> None:
        await enqueue(units, tenant, mail())
        held = await claim(PgqueuerJobQueue(database), worker=OTHER)
        assert await claim(queue) == []
        await PgqueuerJobQueue(database).settle(list(map(Returned, held)), worker=OTHER)
        async with asyncio.timeout(10):
            await queue._news._arrived.wait()
        assert numbers(await claim(queue)) == ["0"]

    async def test_a_listener_whose_connection_is_lost_listens_again(
        self, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId, database: PostgresDatabase
    ) -> None:
        await claim(queue)
        listening = queue._news._connection
        assert listening is not None
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        assert await value(database, ended) is True
        async with asyncio.timeout(10):
            await queue._news._arrived.wait()
        assert await claim(queue) == []
        await enqueue(units, tenant, mail())
        async with asyncio.timeout(10):
            await queue._news._arrived.wait()
        assert queue._news._connection is not listening


class TestSchema:
    @pytest.mark.parametrize(
        "damage",
        [
            "DROP INDEX ix_pgqueuer_lane",
            "DROP INDEX pgqueuer_picked_slot_idx",
            "ALTER TABLE pgqueuer DROP COLUMN slot",
            "DROP TABLE pgqueuer_log",
        ],
    )
    async def test_what_is_missing_is_told_and_mended(
        self, database: PostgresDatabase, units: SqlUnitsOfWork, tenant: TenantId, damage: str
    ) -> None:
        (job_id,) = await enqueue(units, tenant, mail())
        assert job_id is not None
        await execute(database, damage)
        assert (await schema.check(database)).problems == ("the schema is old: upgrade it",)
        await schema.upgrade(database)
        assert (await schema.check(database)).problems == ()
        assert (await get(units, tenant, job_id)).state is JobState.QUEUED

    async def test_tables_of_that_name_that_are_not_pgqueuers_are_told(self, database: PostgresDatabase) -> None:
        await execute(database, "ALTER TABLE pgqueuer ALTER COLUMN priority TYPE text")
        assert (await schema.check(database)).problems == ("the schema is old: upgrade it",)
        with pytest.raises(StorageUnavailable, match="priority"):
            await schema.upgrade(database)

    async def test_a_database_of_the_first_version_gets_the_queue(self, database: PostgresDatabase) -> None:
        await execute(
            database,
            "DROP TABLE pgqueuer, pgqueuer_log, pgqueuer_statistics, pgqueuer_schedules",
            "DROP TYPE pgqueuer_status",
            "DROP FUNCTION fn_pgqueuer_changed",
        )
        assert (await schema.current(database)).state is schema.State.OLD
        one, two = await asyncio.gather(schema.upgrade(database), schema.upgrade(database))
        assert one.after == two.after
        assert (await schema.current(database)).state is schema.State.CURRENT

    @pytest.mark.parametrize("field", JOB_ORDER)
    async def test_lists_and_single_jobs_are_found_by_index(self, database: PostgresDatabase, field: str) -> None:
        listing = Listing(order_by=field, status="dead", q="mail")
        for statement in (listings.page(listing), listings.count(listing), listings.ONE):
            plan = await database.run(partial(_plan, statement))
            assert "Seq Scan" not in plan
            assert "Index" in plan


def _plan(statement: sa.Select[Any], connection: sa.Connection) -> str:
    compiled = statement.params(tenant_id="t", id=1).compile(dialect=connection.dialect)
    parameters = tuple(compiled.params[name] for name in compiled.positiontup or ())
    connection.exec_driver_sql("SET enable_seqscan = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {compiled}", parameters))


class TestLoading:
    def test_names_in_the_environment_lead_to_no_other_table(self) -> None:
        names = "s.queue_table, s.channel, [s.prefix]"
        script = f"from tresen.adapters.jobs.postgres_store import SETTINGS as s; print({names})"
        odd = {"QUEUE_TABLE": "odd", "CHANNEL": "odd", "PGQUEUER_PREFIX": "odd_", "PGQUEUER_SCHEMA": "odd"}
        assert _output(script, **odd) == "pgqueuer ch_pgqueuer ['']"

    def test_without_the_extra_everything_else_works(self) -> None:
        script = (
            "import sys; sys.modules.update(dict.fromkeys(['pgqueuer', 'asyncpg']));"
            "import tresen.bootstrap.container, tresen.bootstrap.working; print('fine')"
        )
        assert _output(script) == "fine"

    def test_only_writing_and_claiming_loads_pgqueuer(self) -> None:
        script = (
            "import sys; from tresen.bootstrap import cli, container; from tresen.adapters.persistence import postgres;"
            "from tresen.adapters.jobs import choice, postgres_jobs; print('pgqueuer' in sys.modules)"
        )
        assert _output(script) == "False"


def _output(script: str, **environment: str) -> str:
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


class TestUnreadable:
    @pytest.mark.parametrize(
        "change",
        [
            "payload = '{\"n\": 1}'::text::bytea",
            "payload = 'no JSON'::text::bytea",
            "payload = '[]'::text::bytea",
        ],
    )
    async def test_it_is_dead_and_its_lane_goes_on(
        self,
        database: PostgresDatabase,
        units: SqlUnitsOfWork,
        queue: PgqueuerJobQueue,
        tenant: TenantId,
        change: str,
    ) -> None:
        bad, *_ = await enqueue(units, tenant, mail(1, lane="l"), mail(2, lane="l"), mail(3))
        assert bad is not None
        await execute(database, f"UPDATE pgqueuer SET {change} WHERE id = {bad}")  # noqa: S608
        assert numbers(await claim(queue)) == ["3"]
        assert numbers(await claim(queue)) == ["2"]
        dead = await get(units, tenant, bad)
        assert (dead.state, dead.attempts, dead.payload) == (JobState.DEAD, 1, {})
        assert dead.last_error == "its row in the queue cannot be read"

    async def test_one_of_somebody_else_s_is_set_aside(
        self, database: PostgresDatabase, units: SqlUnitsOfWork, queue: PgqueuerJobQueue, tenant: TenantId
    ) -> None:
        """Whoever uses pgqueuer in the same database may call a job as we do."""
        foreign, _ = await enqueue(units, tenant, mail(1), mail(2))
        await execute(database, f"UPDATE pgqueuer SET headers = NULL WHERE id = {foreign}")  # noqa: S608
        assert numbers(await claim(queue)) == ["2"]
        assert await value(database, f"SELECT status::text FROM pgqueuer WHERE id = {foreign}") == "failed"  # noqa: S608
