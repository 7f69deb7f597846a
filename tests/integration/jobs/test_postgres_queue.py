"""What the queue on PostgreSQL promises beyond the port's contract."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.builders import a_tenant

from tresen.adapters.jobs.choice import JobChannel
from tresen.adapters.jobs.postgres_queue import PgqueuerJobQueue
from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.postgres import PostgresDatabase
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, UuidSource
from tresen.domain.jobs.job import JobRequest, JobState
from tresen.domain.jobs.outcome import Again, Dead, Done, Returned
from tresen.domain.shared.ids import JobId, TenantId
from tresen.domain.shared.page import Listing

ME, OTHER = uuid4(), uuid4()
ANY = {"mail": None, "call": None}


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    one = open_database(postgres_url, clock=SystemClock(), ids=UuidSource())
    assert isinstance(one, PostgresDatabase)
    yield one
    await one.close()


@pytest.fixture
def queue(database: PostgresDatabase) -> PgqueuerJobQueue:
    return PgqueuerJobQueue(database)


@pytest.fixture
async def tenant(database: PostgresDatabase) -> TenantId:
    one = a_tenant()
    await SqlDirectory(database).add_tenant(one)
    return one.id


async def enqueue(database: PostgresDatabase, tenant: TenantId, *requests: JobRequest) -> list[JobId | None]:
    async with SqlUnitsOfWork(database).open(tenant) as uow:
        ids = await uow.jobs.enqueue(requests)
        await uow.commit()
    return list(ids)


async def scratch(database: PostgresDatabase, sql: str, *args: object) -> object:
    async with database.connection() as connection:
        return await connection.fetch(sql, *args)


async def test_scratch(database: PostgresDatabase, queue: PgqueuerJobQueue, tenant: TenantId) -> None:
    a, b, c = await enqueue(
        database,
        tenant,
        JobRequest(kind="mail", key="k", payload={"x": "ü"}),
        JobRequest(kind="mail", lane="l", priority=3),
        JobRequest(kind="call", lane="l"),
    )
    assert (await enqueue(database, tenant, JobRequest(kind="mail", key="k"))) == [None]
    jobs = await queue.claim(ANY, worker=ME, count=10)
    assert [j.id for j in jobs] == [b, a]
    await queue.settle([Done(jobs[0]), Again(jobs[1], 0.0, "oh\0 no")], worker=ME)
    jobs = await queue.claim(ANY, worker=ME, count=10)
    assert [j.id for j in jobs] == [a, c]
    assert jobs[0].attempts == 1
    assert jobs[0].last_error == "oh no"
    await queue.settle([Dead(jobs[0], "no"), Returned(jobs[1])], worker=OTHER)
    assert await queue.renew([j.id for j in jobs], worker=OTHER) == set()
    assert await queue.renew([j.id for j in jobs], worker=ME) == {a, c}
    await queue.settle([Dead(jobs[0], "no"), Returned(jobs[1])], worker=ME)
    async with SqlUnitsOfWork(database).open(tenant) as uow:
        assert a and c
        assert (await uow.jobs.get(a)).state is JobState.DEAD
        page = await uow.jobs.page(Listing(status="dead", q="Ma"))
        assert page.count == 1
        for order in ("created_at", "run_at", "kind", "priority"):
            assert (await uow.jobs.page(Listing(order_by=order, descending=True))).count == 2
        await uow.jobs.retry(a)
        await uow.jobs.cancel(c)
        await uow.commit()
    print(await queue.figures())
    jobs = await queue.claim({"mail": 1, "call": None}, worker=ME, count=10)
    assert [j.id for j in jobs] == [a]
    assert await queue.claim({"mail": 1, "call": None}, worker=ME, count=10) == []
    await scratch(database, "UPDATE pgqueuer SET heartbeat = heartbeat - interval '10 min'")
    jobs = await queue.claim({"mail": 1, "call": None}, worker=OTHER, count=10)
    assert [(j.id, j.attempts) for j in jobs] == [(a, 1)]
    async with asyncio.timeout(5):
        waiting = asyncio.create_task(queue.wait(100))
        await asyncio.sleep(0)
        await enqueue(database, tenant, JobRequest(kind="mail"))
        await waiting
