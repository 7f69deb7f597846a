"""A row that no worker can read harms nobody but itself."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from tests.builders import a_tenant
from tests.contract.benches import Bench, bench_in_sqlite, write
from tests.contract.test_jobs import mail

from tresen.domain.jobs.job import Job, JobState
from tresen.domain.shared.ids import JobId, TenantId
from tresen.domain.shared.page import Listing


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in_sqlite(tmp_path / "tresen.db") as one:
        yield one


@pytest.fixture
async def tenant(bench: Bench) -> TenantId:
    one = a_tenant()
    await bench.directory.add_tenant(one)
    return one.id


async def spoil(file: Path, payload: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE job SET payload = ? WHERE number = 1", (payload,))
    connection.close()


async def claim(bench: Bench) -> Sequence[Job]:
    return await bench.queue.claim({"mail": None}, worker=UUID(int=1), count=10)


@pytest.mark.parametrize("payload", ['{"n": 1}', "no JSON", "[]"])
async def test_it_is_dead_and_its_lane_goes_on(bench: Bench, tenant: TenantId, tmp_path: Path, payload: str) -> None:
    await write(bench, tenant, lambda uow: uow.jobs.enqueue([mail(1, lane="l"), mail(2, lane="l"), mail(3)]))
    await spoil(tmp_path / "tresen.db", payload)
    assert [job.payload["n"] for job in await claim(bench)] == ["3"]
    assert [job.payload["n"] for job in await claim(bench)] == ["2"]
    async with bench.units.open(tenant, read_only=True) as uow:
        dead = await uow.jobs.get(JobId("1"))
        assert (await uow.jobs.page(Listing(status="dead"))).items == (dead,)
    assert (dead.state, dead.attempts, dead.payload) == (JobState.DEAD, 1, {})
    assert dead.last_error == "its row in the queue cannot be read"
