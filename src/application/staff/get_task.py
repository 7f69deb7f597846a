"""One staff task."""

import attrs

from ...domain.shared.ids import TaskId, TenantId
from ...domain.staff.task import StaffTask
from ..transactions import Transactions


@attrs.frozen
class GetTask:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, task_id: TaskId) -> StaffTask:
        """Open or done."""
        return await self._transactions.read(tenant_id, lambda uow: uow.tasks.get(task_id))
