"""One conflict is looked at."""

import attrs

from ....domain.shared.ids import ConflictId, TenantId
from ....domain.sync.conflict import Conflict
from ...transactions import Transactions


@attrs.frozen
class ShowConflict:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, conflict_id: ConflictId) -> Conflict:
        """The conflict, whatever its state."""
        return await self._transactions.read(tenant_id, lambda uow: uow.conflicts.get(conflict_id))
