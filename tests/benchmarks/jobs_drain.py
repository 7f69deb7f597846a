"""Tresen's queue: ``python -m tests.benchmarks.jobs_drain DATABASE_URL COUNT``.

Enqueues one by one, each in a unit of work of its own; then in bulk; then a worker runs them all, with a handler that
does nothing. The database has its schema already. Prints one JSON line with microseconds for each job.
"""

import json
import sys
import time

import uvloop

from tests.builders import a_tenant
from tresen.adapters.jobs.choice import JobChannel
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, SystemDice, UuidSource
from tresen.application.jobs.kinds import JobKind
from tresen.application.jobs.worker import Worker
from tresen.application.ports.unit_of_work import UnitsOfWork
from tresen.bootstrap.process import tune_garbage_collection
from tresen.domain.jobs.job import Job, JobRequest
from tresen.domain.shared.ids import TenantId

_BULK = 1_000


def a_request(number: int) -> JobRequest:
    """As plain as they come."""
    return JobRequest(kind="nothing", payload={"n": str(number)})


async def nothing(_: Job) -> None:
    """The handler."""


async def enqueue(units: UnitsOfWork, tenant: TenantId, numbers: range) -> None:
    """All in one unit of work."""
    async with units.open(tenant) as uow:
        await uow.jobs.enqueue([a_request(number) for number in numbers])
        await uow.commit()


async def measure(url: str, count: int) -> dict[str, float]:
    """The figures."""
    clock, ids = SystemClock(), UuidSource()
    database = open_database(url, clock=clock, ids=ids)
    channel, tenant = JobChannel(database), a_tenant()
    units = SqlUnitsOfWork(database, jobs=channel.jobs)
    await SqlDirectory(database).add_tenant(tenant)
    singles = count // 20
    started = time.perf_counter()
    for number in range(singles):
        await enqueue(units, tenant.id, range(number, number + 1))
    enqueue_us = (time.perf_counter() - started) / singles * 1e6
    for first in range(singles, count, _BULK):
        await enqueue(units, tenant.id, range(first, min(first + _BULK, count)))
    worker = Worker(channel.queue(), [JobKind(name="nothing", run=nothing)], clock, SystemDice(), ids)
    started = time.perf_counter()
    drained = await worker.run_pending()
    drain_us = (time.perf_counter() - started) / drained * 1e6
    if drained != count:
        sys.exit(f"{drained} of {count} jobs were run")
    await database.close()
    return {"drain_us": drain_us, "enqueue_us": enqueue_us}


def main() -> None:
    """The command."""
    tune_garbage_collection()
    figures = uvloop.run(measure(sys.argv[1], int(sys.argv[2])))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
