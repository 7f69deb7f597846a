"""Each tick once, over all processes that look for it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.builders import a_schedule, a_tenant

from tresen.adapters.system import SystemClock
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.bootstrap.installation import Installation, installed
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.page import Listing

PROCESSES, SCHEDULES = 3, 25

TICK = """
import asyncio, sys
from dependency_injector import providers
from tresen.application.jobs.kinds import JobKind
from tresen.bootstrap.container import Container
from tresen.bootstrap.settings import Settings

async def never(job):
    raise AssertionError

async def main(url):
    container = Container(settings=Settings(database_url=url))
    container.job_kinds.add_args(providers.Object(JobKind(name="tick", run=never)))
    scheduler = container.scheduler()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(await scheduler.tick(), flush=True)
    await container.database().close()

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'tresen.db'}"


@pytest.fixture
async def installation(url: str) -> AsyncIterator[Installation]:
    async with installed(Settings(database_url=url)) as opened:
        yield opened


async def add_due(uow: UnitOfWork, past: datetime) -> None:
    for number in range(SCHEDULES):
        await uow.schedules.add(a_schedule(uow.tenant.id, f"s{number}", kind="tick", next_at=past))


async def prepared(installation: Installation) -> list[TenantId]:
    """Two tenants with schedules that are all due."""
    past = SystemClock().now() - timedelta(minutes=5)
    tenants = [a_tenant("one"), a_tenant("two")]
    for tenant in tenants:
        await (await installation.ready()).directory.add_tenant(tenant)
        await installation.transactions.run(tenant.id, "prepare", lambda uow: add_due(uow, past))
    return [tenant.id for tenant in tenants]


def counts_of_processes(url: str) -> list[int]:
    """How many jobs each asked for; they begin together."""
    processes = [
        subprocess.Popen([sys.executable, "-c", TICK, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return [int(process.communicate(timeout=60)[0]) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


async def test_several_processes_that_look_at_the_same_moment_ask_once(url: str, installation: Installation) -> None:
    tenants = await prepared(installation)
    counts = await asyncio.to_thread(counts_of_processes, url)
    assert sum(counts) == len(tenants) * SCHEDULES
    for tenant in tenants:
        schedules = await installation.transactions.read(tenant, lambda uow: uow.schedules.all())
        assert {schedule.version for schedule in schedules} == {2}
        jobs = await installation.transactions.read(tenant, lambda uow: uow.jobs.page(Listing(limit=200)))
        assert sorted(str(job.key) for job in jobs.items) == sorted(schedule.job_key for schedule in schedules)
