"""Three processes work on one SQLite file, one of which is killed while it holds jobs."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs
import pytest
from tests.builders import a_tenant
from tests.integration.jobs.sqlite_labourer import LIMITS

from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.schema import upgrade
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, UuidSource
from tresen.domain.jobs.job import JobRequest
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.page import Listing

LEASE_S = 3
# For a machine that has other things to do, too.
PATIENCE_S = 90
ROOT = Path(__file__).parents[3]
Process = subprocess.Popen[str]


@attrs.frozen
class Stint:
    """One line of the book."""

    word: str
    at: int
    process: int
    kind: str
    job: str
    attempts: int
    lane: str


@attrs.frozen
class Site:
    """What the processes share, seen from outside."""

    folder: Path
    tenant: TenantId
    units: SqlUnitsOfWork

    @property
    def file(self) -> Path:
        return self.folder / "tresen.db"

    @property
    def book(self) -> Path:
        return self.folder / "book"

    def stints(self) -> Sequence[Stint]:
        lines = self.book.read_text().splitlines() if self.book.exists() else []
        parts = [line.split() for line in lines]
        return [Stint(w, int(at), int(p), kind, job, int(n), lane) for w, at, p, kind, job, n, lane in parts]

    async def left(self) -> int:
        async with self.units.open(self.tenant, read_only=True) as uow:
            return (await uow.jobs.page(Listing())).count


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    database = SqliteDatabase(tmp_path / "tresen.db", clock=SystemClock(), ids=UuidSource())
    await upgrade(database)
    tenant = a_tenant()
    await SqlDirectory(database).add_tenant(tenant)
    yield Site(tmp_path, tenant.id, SqlUnitsOfWork(database))
    await database.close()


@pytest.fixture
def workers(site: Site) -> Iterator[list[Process]]:
    with ExitStack() as stack:
        yield [stack.enter_context(_worker(site)) for _ in range(3)]


@contextmanager
def _worker(site: Site) -> Iterator[Process]:
    command = [
        sys.executable,
        "-m",
        "tests.integration.jobs.sqlite_labourer",
        str(site.file),
        str(site.book),
        str(LEASE_S),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


async def test_the_work_of_a_killed_process_is_taken_over(site: Site, workers: list[Process]) -> None:
    async with site.units.open(site.tenant) as uow:
        await uow.jobs.enqueue([JobRequest(kind="stuck")])
        for number in range(150):
            lane = f"l{number % 5}" if number % 3 == 0 else None
            await uow.jobs.enqueue([JobRequest(kind="many", lane=lane)])
        await uow.jobs.enqueue([JobRequest(kind=kind) for kind in ("few", "single") for _ in range(20)])
        await uow.commit()
    async with asyncio.timeout(PATIENCE_S):
        while not (stuck := [s for s in site.stints() if s.kind == "stuck"]):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(0.01)
        victim = next(worker for worker in workers if worker.pid == stuck[0].process)
        victim.kill()
        while await site.left():  # noqa: ASYNC110 - it is in other processes
            await asyncio.sleep(0.05)
    ended = [worker.communicate()[0] is not None and worker.returncode for worker in workers if worker is not victim]
    stints = site.stints()
    assert ended == [0, 0]
    assert len({s.process for s in stints}) > 1
    _every_job_was_done(stints)
    _limits_held(stints, victim.pid)
    _lanes_held(stints, victim.pid)
    again = [s for s in stints if s.kind == "stuck" and s.word == "ended"]
    assert [(s.attempts, s.process != victim.pid) for s in again] == [(1, True)]


def _every_job_was_done(stints: Sequence[Stint]) -> None:
    done = Counter(kind for kind, _ in {(s.kind, s.job) for s in stints if s.word == "ended"})
    assert done == {"stuck": 1, "many": 150, "few": 20, "single": 20}
    # Nobody but the killed process had a job twice: one run each, and one more for each that was lost.
    runs = Counter(s.job for s in stints if s.word == "began")
    lost = {s.job for s in stints if s.attempts}
    assert {job for job, count in runs.items() if count > 1} <= lost


def _limits_held(stints: Sequence[Stint], victim: int) -> None:
    for kind, limit in LIMITS.items():
        running: set[str] = set()
        for stint in sorted(stints, key=lambda s: s.at):
            if stint.kind == kind and stint.process != victim:
                (running.add if stint.word == "began" else running.discard)(stint.job)
                assert limit is None or len(running) <= limit, kind


def _lanes_held(stints: Sequence[Stint], victim: int) -> None:
    """In a lane everything ends before the next one begins, and the order is that of enqueueing."""
    for lane in {s.lane for s in stints} - {"None"}:
        of_lane = sorted((s for s in stints if s.lane == lane and s.process != victim), key=lambda s: s.at)
        jobs = [int(s.job) for s in of_lane]
        assert jobs == sorted(jobs)
        assert [s.word for s in of_lane] == ["began", "ended"] * (len(of_lane) // 2)
