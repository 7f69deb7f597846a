"""A person does not want a job to be done."""

import attrs

from ...domain.jobs.job import Job
from ...domain.shared.ids import JobId, TenantId
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class CancelJob:
    """It is forgotten. One that runs is stopped within a third of its lease; what it has committed by then stays.

    Raises NotFound.
    """

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, job_id: JobId) -> Job:
        """The job as it was."""

        async def cancel(uow: UnitOfWork) -> Job:
            job = await uow.jobs.get(job_id)
            await uow.jobs.cancel(job_id)
            return job

        return await self._transactions.run(tenant_id, "cancel_job", cancel)
