"""Asking for a schedule's job."""

from ...domain.jobs.job import JobRequest
from ...domain.schedules.schedule import Schedule
from ...domain.shared.ids import JobId
from ..ports.unit_of_work import UnitOfWork


async def enqueue_run(uow: UnitOfWork, schedule: Schedule) -> JobId | None:
    """The job's id; None while the one before is queued or running: then there is no second one (W18)."""
    request = JobRequest(kind=schedule.kind, payload=schedule.payload, key=schedule.job_key)
    (job_id,) = await uow.jobs.enqueue([request])
    return job_id
