"""A person wants a dead job to be tried again."""

import attrs

from ...domain.jobs.job import Job
from ...domain.shared.ids import JobId, TenantId
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class RetryJob:
    """It is due now, and has as many attempts as a new one.

    Raises NotFound, IllegalTransition (not dead), AlreadyExists (another with its key is queued or running).
    """

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, job_id: JobId) -> Job:
        """The job, queued."""

        async def retry(uow: UnitOfWork) -> Job:
            await uow.jobs.retry(job_id)
            return await uow.jobs.get(job_id)

        return await self._transactions.run(tenant_id, "retry_job", retry)
