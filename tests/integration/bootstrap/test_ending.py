"""A worker that is told to stop (O36): it finishes what it has in hand, or gives it back. Nothing is lost."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import attrs
import pytest
from tests.builders import a_tenant

from tresen.adapters.persistence import schema
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, UuidSource
from tresen.domain.jobs.job import Job, JobRequest, JobState
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.page import Listing

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60
Process = subprocess.Popen[str]


@attrs.frozen
class Desk:
    """A database with one slow job, and its worker."""

    url: str
    folder: Path
    tenant: TenantId
    units: SqlUnitsOfWork

    async def jobs(self) -> list[Job]:
        async with self.units.open(self.tenant, read_only=True) as uow:
            return list((await uow.jobs.page(Listing())).items)

    @contextmanager
    def worker(self) -> Iterator[Process]:
        program = [sys.executable, "-m", "tests.integration.bootstrap.slow_desk", self.url, str(self.folder)]
        with subprocess.Popen(
            program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@asynccontextmanager
async def a_desk(url: str, folder: Path) -> AsyncIterator[Desk]:
    database = open_database(url, clock=SystemClock(), ids=UuidSource())
    try:
        await schema.upgrade(database)
        tenant = a_tenant()
        await SqlDirectory(database).add_tenant(tenant)
        units = SqlUnitsOfWork(database)
        async with units.open(tenant.id) as uow:
            await uow.jobs.enqueue([JobRequest(kind="slow")])
            await uow.commit()
        yield Desk(url, folder, tenant.id, units)
    finally:
        await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/desk.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def desk(url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(url, tmp_path) as made:
        yield made


def _line(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def test_what_is_in_hand_is_finished(desk: Desk) -> None:
    with desk.worker() as process:
        assert [_line(process), _line(process)] == ["ready", "begun"]
        process.send_signal(signal.SIGTERM)
        assert process.stdin is not None
        process.stdin.write("go on\n")
        process.stdin.flush()
        assert [_line(process), _line(process)] == ["finished", "ran 1"]
        assert process.wait(PATIENCE_S) == 0
    assert await desk.jobs() == []


async def test_a_second_signal_gives_it_back_with_no_try_counted(desk: Desk) -> None:
    with desk.worker() as process:
        assert [_line(process), _line(process)] == ["ready", "begun"]
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert _line(process) == "ran None"
        assert process.wait(PATIENCE_S) == 0
    (job,) = await desk.jobs()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


async def test_whoever_comes_next_takes_up_what_was_given_back(desk: Desk) -> None:
    with desk.worker() as first:
        assert [_line(first), _line(first)] == ["ready", "begun"]
        first.send_signal(signal.SIGTERM)
        first.send_signal(signal.SIGINT)
        assert first.wait(PATIENCE_S) == 0
    with desk.worker() as second:
        assert [_line(second), _line(second)] == ["ready", "begun"]
