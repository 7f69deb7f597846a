"""One job."""

import attrs

from ...domain.jobs.job import Job
from ...domain.shared.ids import JobId, TenantId
from ..transactions import Transactions


@attrs.frozen
class ShowJob:
    """Raises NotFound, also for a job that is done."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, job_id: JobId) -> Job:
        """As the queue has it."""
        return await self._transactions.read(tenant_id, lambda uow: uow.jobs.get(job_id))
