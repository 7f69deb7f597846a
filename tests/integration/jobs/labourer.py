"""``tresen worker`` with kinds of jobs that write down when they begin and end: a process of ``test_workers_postgres``.

``python -m tests.integration.jobs.labourer DATABASE_URL DATA_FOLDER LEASE_S``; prints ``ready`` once it works.
"""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import attrs
from dependency_injector import providers
from tests.builders import a_task

from tresen.adapters.jobs.postgres_queue import PgqueuerJobQueue
from tresen.adapters.persistence.postgres import PostgresDatabase
from tresen.application.jobs.kinds import JobKind
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import installed
from tresen.bootstrap.settings import Settings
from tresen.bootstrap.working import work
from tresen.domain.jobs.job import Job
from tresen.domain.shared.ids import TaskId
from tresen.entrypoints.runtime import WorkOptions

TABLE = """
CREATE TABLE stint (
    id uuid PRIMARY KEY, job text NOT NULL, kind text NOT NULL, process int NOT NULL, attempt int NOT NULL,
    created timestamptz NOT NULL, began timestamptz NOT NULL DEFAULT clock_timestamp(), ended timestamptz
)
"""
LIMITS = {"few": 2, "single": 1, "many": None, "stuck": None, "tick": None}
_TAKES_S = 0.05


class Labour:
    """What the jobs do. Each stint is written in a transaction of its own, so that it shows whatever becomes of it."""

    def __init__(self, pool: asyncpg.Pool, container: Container) -> None:
        self._pool = pool
        self._container = container

    async def do(self, job: Job) -> None:
        """Begin, be at it for a while, have the effect once, end."""
        stint = uuid4()
        await self._pool.execute(
            "INSERT INTO stint (id, job, kind, process, attempt, created) VALUES ($1, $2, $3, $4, $5, $6)",
            *(stint, job.id, job.kind, os.getpid(), job.attempts, job.created_at),
        )
        if job.kind == "stuck" and job.attempts == 0:
            await asyncio.Event().wait()
        await asyncio.sleep(_TAKES_S)
        await self._have_effect(job)
        await self._pool.execute("UPDATE stint SET ended = clock_timestamp() WHERE id = $1", stint)

    async def _have_effect(self, job: Job) -> None:
        async with self._container.units().open(job.tenant_id) as uow:
            if await uow.marks.add("labour", job.id):
                task = attrs.evolve(
                    a_task(job.tenant_id, title=f"job {job.id}"), id=TaskId(self._container.ids().new())
                )
                await uow.tasks.add(task)
            await uow.commit()


def adjust(container: Container, pool: asyncpg.Pool, lease_s: float) -> None:
    """The kinds of jobs, and a lease that a test can wait for."""
    one = Labour(pool, container)
    for name, limit in LIMITS.items():
        container.job_kinds.add_args(providers.Object(JobKind(name=name, run=one.do, concurrency=limit)))
    database = container.database()
    assert isinstance(database, PostgresDatabase)
    container.queue.override(providers.Object(PgqueuerJobQueue(database, lease_s=lease_s)))


async def main(url: str, folder: str, lease_s: str) -> None:
    """The process."""
    settings = Settings(data_dir=Path(folder), database_url=url)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        change = partial(adjust, pool=pool, lease_s=float(lease_s))
        async with installed(settings, adjust=change) as installation:
            await work(installation, WorkOptions(parallel=8), ready=partial(print, "ready", flush=True))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
