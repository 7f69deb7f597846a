"""A schedule's job is wanted now."""

import attrs

from ...domain.shared.errors import AlreadyExists, NotConfigured
from ...domain.shared.ids import JobId, ScheduleId, TenantId
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .enqueue import enqueue_run
from .readiness import Readiness


@attrs.frozen
class RunSchedule:
    """Its ticks go on as they would, and a paused one stays paused.

    Raises NotFound, NotConfigured (it is disabled: the message says why), AlreadyExists (a run is queued or running).
    """

    _transactions: Transactions
    _readiness: Readiness

    async def __call__(self, tenant_id: TenantId, schedule_id: ScheduleId) -> JobId:
        """Enqueue it."""

        async def enqueue(uow: UnitOfWork) -> JobId:
            schedule = await uow.schedules.get(schedule_id)
            reason = self._readiness.why_not(schedule.kind, await uow.accounts.all())
            if reason is not None:
                raise NotConfigured(f"schedule {schedule.name} is disabled: {reason}", schedule=schedule.name)
            job_id = await enqueue_run(uow, schedule)
            if job_id is None:
                raise AlreadyExists(f"a run of schedule {schedule.name} is queued or running", kind="job")
            return job_id

        return await self._transactions.run(tenant_id, "run_schedule", enqueue)
