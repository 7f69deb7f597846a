"""The job queue: one for everything that is done later."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import attrs

from ...domain.jobs.job import Job, JobRequest
from ...domain.jobs.outcome import Outcome
from ...domain.shared.ids import JobId
from ...domain.shared.page import Listing, Page

# The fields by which jobs may be ordered; the first is the default.
JOB_ORDER = ("created_at", "run_at", "kind", "priority")


class Jobs(Protocol):
    """One tenant's jobs, inside a unit of work: what is enqueued, retried or cancelled is so with its commit."""

    @abstractmethod
    async def enqueue(self, requests: Sequence[JobRequest]) -> Sequence[JobId | None]:
        """An id each, None where a job with that key is queued or running already. The log context's
        ``correlation_id`` goes with those that have none."""

    @abstractmethod
    async def get(self, job_id: JobId) -> Job:
        """Raises NotFound, also for a job that is done and thus forgotten."""

    @abstractmethod
    async def page(self, listing: Listing) -> Page[Job]:
        """``status`` is a JobState's word, ``q`` a part of the kind. Raises InvalidValue outside JOB_ORDER."""

    @abstractmethod
    async def retry(self, job_id: JobId) -> None:
        """Queue a dead one again, due now, with no attempts counted. Raises NotFound, IllegalTransition when it is not
        dead, AlreadyExists when another with its key is queued or running."""

    @abstractmethod
    async def cancel(self, job_id: JobId) -> None:
        """Forget it. A running one is told at its next renewal; what it has committed by then stays. Raises
        NotFound."""

    @abstractmethod
    async def cancel_lanes(self, prefix: str) -> int:
        """Forget all queued jobs of the lanes whose names begin so. How many. Those that run or are dead stay."""


@attrs.frozen(kw_only=True)
class QueueFigure:
    """How many jobs of a kind, over all tenants, are in a state. ``oldest_due_at``: of the queued ones that are due and
    wait for no other job of their lane, since when the first is."""

    kind: str
    state: str
    count: int
    oldest_due_at: datetime | None = None


class JobQueue(Protocol):
    """The queue as workers see it, over all tenants. A worker is a process that says which one it is.

    A claimed job is leased: whoever does not renew the lease in time (``lease_s``) has lost the job to others, and
    what it says about it afterwards is not heard. Raises StorageConflict, StorageUnavailable.
    """

    lease_s: float

    @abstractmethod
    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        """Up to ``count`` due jobs of these kinds, leased to ``worker``, in the order in which they are to be run.

        A kind's limit is how many of it may run at a time over all workers (None: no limit). A job whose lease has
        run out is due again; its lost run counts as an attempt.
        """

    @abstractmethod
    async def settle(self, outcomes: Sequence[Outcome], *, worker: UUID) -> None:
        """Book how runs ended, all in one transaction. Outcomes of jobs that the worker has lost change nothing."""

    @abstractmethod
    async def renew(self, jobs: Collection[JobId], *, worker: UUID) -> Collection[JobId]:
        """Lengthen the leases; those that are still the worker's. The others were lost or cancelled: stop them."""

    @abstractmethod
    async def wait(self, seconds: float) -> None:
        """Until something new may be there to claim, or the time is up: whichever is first."""

    @abstractmethod
    async def figures(self) -> Sequence[QueueFigure]:
        """For metrics and health."""
