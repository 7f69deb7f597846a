"""A job queue as a process sees it that may die at any of its calls."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from ...application.ports.jobs import JobQueue, QueueFigure
from ...domain.jobs.job import Job
from ...domain.jobs.outcome import Outcome
from ...domain.shared.ids import JobId
from .programme import Process


class MortalQueue(JobQueue):
    """Another one, for the ``process`` that works at this moment."""

    def __init__(self, inner: JobQueue) -> None:
        self._inner = inner
        self.process = Process()
        self.lease_s = inner.lease_s

    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        """It may die before, and with the jobs just in hand."""
        self.process.touch()
        jobs = await self._inner.claim(limits, worker=worker, count=count)
        self.process.touch()
        return jobs

    async def settle(self, outcomes: Sequence[Outcome], *, worker: UUID) -> None:
        """It may die before, and before it knows that they are settled."""
        self.process.touch()
        await self._inner.settle(outcomes, worker=worker)
        self.process.touch()

    async def renew(self, jobs: Collection[JobId], *, worker: UUID) -> Collection[JobId]:
        """It may die before."""
        self.process.touch()
        return await self._inner.renew(jobs, worker=worker)

    async def wait(self, seconds: float) -> None:
        """As the other one."""
        await self._inner.wait(seconds)

    async def figures(self) -> Sequence[QueueFigure]:
        """As the other one."""
        return await self._inner.figures()
