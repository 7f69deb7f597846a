"""A tenant's jobs: those that are queued or running, and the dead ones."""

import attrs

from ...domain.jobs.job import Job
from ...domain.shared.ids import TenantId
from ...domain.shared.page import Listing, Page
from ..transactions import Transactions


@attrs.frozen
class ListJobs:
    """Raises InvalidValue for another order than JOB_ORDER's."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, listing: Listing) -> Page[Job]:
        """``listing.q`` is a part of the kind."""
        return await self._transactions.read(tenant_id, lambda uow: uow.jobs.page(listing))
