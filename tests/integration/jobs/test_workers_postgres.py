"""Three ``tresen worker`` processes on one PostgreSQL, one of which is killed while it holds jobs."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import attrs
import pytest
from tests.builders import a_schedule, a_tenant
from tests.integration.jobs.labourer import LIMITS, TABLE

from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, UuidSource
from tresen.domain.jobs.job import JobRequest
from tresen.domain.schedules.timing import Every
from tresen.domain.shared.ids import TenantId

LEASE_S = 4
# For a machine that has other things to do, too.
PATIENCE_S = 90
MANY, FEW, SINGLE = 120, 30, 12
ROOT = Path(__file__).parents[3]

Process = subprocess.Popen[str]


@attrs.frozen
class Site:
    """The database that the processes share, seen from outside."""

    url: str
    tenant: TenantId
    first_tick: datetime
    units: SqlUnitsOfWork
    watch: asyncpg.Connection

    async def enqueue(self, *requests: JobRequest) -> None:
        async with self.units.open(self.tenant) as uow:
            assert None not in await uow.jobs.enqueue(requests)
            await uow.commit()

    async def until(self, sql: str, *args: object) -> asyncpg.Record:
        """The row of the query, once there is one."""
        async with asyncio.timeout(PATIENCE_S):
            while not (row := await self.watch.fetchrow(sql, *args)):  # noqa: ASYNC110 - it is in another process
                await asyncio.sleep(0.05)
        return row

    async def now(self) -> datetime:
        """The server's clock, by which stints are written down."""
        now: datetime = await self.watch.fetchval("SELECT clock_timestamp()")
        return now

    async def stints(self) -> Sequence[asyncpg.Record]:
        found: Sequence[asyncpg.Record] = await self.watch.fetch("SELECT * FROM stint ORDER BY began")
        return found


@pytest.fixture
async def site(postgres_url: str) -> AsyncIterator[Site]:
    database = open_database(postgres_url, clock=SystemClock(), ids=UuidSource())
    watch = await asyncpg.connect(postgres_url)
    await watch.execute(TABLE)
    tenant = a_tenant()
    await SqlDirectory(database).add_tenant(tenant)
    units, first_tick = SqlUnitsOfWork(database), datetime.now(UTC)
    async with units.open(tenant.id) as uow:
        await uow.schedules.add(a_schedule(tenant.id, kind="tick", timing=Every(1), next_at=first_tick))
        await uow.commit()
    yield Site(postgres_url, tenant.id, first_tick, units, watch)
    await watch.close()
    await database.close()


@pytest.fixture
def workers(site: Site, tmp_path: Path) -> Iterator[list[Process]]:
    """Three, at work."""
    with ExitStack() as stack:
        yield [stack.enter_context(_worker(site.url, tmp_path / str(n))) for n in range(3)]


@contextmanager
def _worker(url: str, folder: Path) -> Iterator[Process]:
    command = [sys.executable, "-m", "tests.integration.jobs.labourer", url, str(folder), str(LEASE_S)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


async def test_the_work_of_a_killed_worker_is_taken_over(site: Site, workers: list[Process]) -> None:
    await site.enqueue(
        JobRequest(kind="stuck"),
        *(JobRequest(kind="many") for _ in range(MANY)),
        *(JobRequest(kind="few") for _ in range(FEW)),
        *(JobRequest(kind="single") for _ in range(SINGLE)),
        *(JobRequest(kind="many", lane="l", payload={"n": str(n)}) for n in range(5)),
    )
    held = await site.until("SELECT process FROM stint WHERE kind = 'stuck'")
    victim = next(worker for worker in workers if worker.pid == held["process"])
    victim.kill()
    victim.wait()
    killed_at = await site.now()
    await site.until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pgqueuer WHERE entrypoint <> 'tick')")
    await site.until("SELECT 1 FROM stint WHERE kind = 'tick' AND ended > $1 HAVING count(*) >= 3", killed_at)
    survivors = [worker for worker in workers if worker is not victim]
    ended = await _end(survivors)

    stints = await site.stints()
    taken_over = next(stint for stint in stints if stint["kind"] == "stuck" and stint["attempt"] == 1)
    assert taken_over["process"] != victim.pid
    assert taken_over["began"] - killed_at < timedelta(seconds=LEASE_S + 10)
    assert ended == [0, 0]
    _every_job_was_done(stints)
    await _every_effect_is_there_once(site, stints)
    _limits_held(stints, victim.pid, killed_at)
    _each_tick_ran_once(stints, site.first_tick)


async def _end(workers: Sequence[Process]) -> list[int]:
    """Their exit codes, once they were asked to end."""
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    return [await asyncio.to_thread(worker.wait, PATIENCE_S) for worker in workers]


def _every_job_was_done(stints: Sequence[asyncpg.Record]) -> None:
    done = Counter(kind for kind, _ in {(s["kind"], s["job"]) for s in stints if s["ended"]})
    assert {kind: count for kind, count in done.items() if kind != "tick"} == {
        "many": MANY + 5,
        "few": FEW,
        "single": SINGLE,
        "stuck": 1,
    }


async def _every_effect_is_there_once(site: Site, stints: Sequence[asyncpg.Record]) -> None:
    titles = Counter(row["title"] for row in await site.watch.fetch("SELECT title FROM staff_task"))
    assert titles == Counter({f"job {job}": 1 for job in {s["job"] for s in stints if s["ended"]}})


def _limits_held(stints: Sequence[asyncpg.Record], victim: int, killed_at: datetime) -> None:
    """What a killed process had begun ended with it; a stint without an end was broken off by nothing else."""
    assert all(stint["ended"] or stint["process"] == victim for stint in stints)
    for kind, limit in LIMITS.items():
        moves = [
            move
            for stint in stints
            if stint["kind"] == kind
            for move in ((stint["began"], 1), (stint["ended"] or killed_at, -1))
        ]
        running = most = 0
        for _, step in sorted(moves):
            running += step
            most = max(most, running)
        assert limit is None or most <= limit, kind
        assert limit is None or limit == 1 or most > 1, f"nothing shows that {kind} could have run beside each other"


def _each_tick_ran_once(stints: Sequence[asyncpg.Record], first: datetime) -> None:
    jobs = {stint["job"]: stint["created"] for stint in stints if stint["kind"] == "tick"}
    ticks = Counter((created - first) // timedelta(seconds=1) for created in jobs.values())
    assert len(ticks) > 3
    assert set(ticks.values()) == {1}
