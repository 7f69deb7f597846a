"""A queue in memory and a worker beside it."""

import asyncio
from collections.abc import Callable, Sequence

import attrs
from tests.builders import IDS, a_tenant

from tresen.adapters.memory.clock import FixedClock, FixedDice
from tresen.adapters.memory.directory import MemoryDirectory
from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.application.jobs.kinds import JobKind
from tresen.application.jobs.worker import Worker
from tresen.domain.jobs.job import Job, JobRequest
from tresen.domain.shared.errors import NotFound
from tresen.domain.shared.ids import JobId, TenantId
from tresen.domain.shared.page import Listing


@attrs.define
class Factory:
    """``observed`` is what the observer was told: kind, outcome, seconds."""

    tenant: TenantId
    clock: FixedClock
    queue: MemoryJobQueue
    units: MemoryUnitsOfWork
    directory: MemoryDirectory
    observed: list[tuple[str, str, float]] = attrs.field(factory=list)

    def worker(self, *kinds: JobKind, parallel: int = 20, dice: float = 0.5) -> Worker:
        return Worker(self.queue, kinds, self.clock, FixedDice(dice), IDS, parallel=parallel, observe=self._note)

    def _note(self, kind: str, outcome: str, seconds: float) -> None:
        self.observed.append((kind, outcome, seconds))

    async def enqueue(self, *requests: JobRequest) -> Sequence[JobId]:
        async with self.units.open(self.tenant) as uow:
            ids = await uow.jobs.enqueue(requests)
            await uow.commit()
        return [job_id for job_id in ids if job_id is not None]

    async def job(self, job_id: JobId) -> Job | None:
        """None: it is done, or cancelled."""
        async with self.units.open(self.tenant, read_only=True) as uow:
            try:
                return await uow.jobs.get(job_id)
            except NotFound:
                return None

    async def jobs(self) -> Sequence[Job]:
        async with self.units.open(self.tenant, read_only=True) as uow:
            return (await uow.jobs.page(Listing(limit=200))).items

    async def cancel(self, job_id: JobId) -> None:
        async with self.units.open(self.tenant) as uow:
            await uow.jobs.cancel(job_id)
            await uow.commit()


async def a_factory(clock: FixedClock | None = None) -> Factory:
    clock = clock or FixedClock()
    store = MemoryStore(clock)
    tenant, directory = a_tenant(), MemoryDirectory(store)
    await directory.add_tenant(tenant)
    return Factory(tenant.id, clock, MemoryJobQueue(store), MemoryUnitsOfWork(store), directory)


async def until(is_so: Callable[[], bool]) -> None:
    """Let other tasks run until it is so."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - it is for tasks that tell nobody
            await asyncio.sleep(0)


def a_job(n: int | str = 1, *, kind: str = "mail", lane: str | None = None, key: str | None = None) -> JobRequest:
    return JobRequest(kind=kind, payload={"n": str(n)}, lane=lane, key=key)
