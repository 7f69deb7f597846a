"""One lead in full (W10)."""

import attrs

from ...domain.leads.lead import Lead
from ...domain.shared.ids import LeadId, TenantId
from ..transactions import Transactions


@attrs.frozen
class GetLead:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, lead_id: LeadId) -> Lead:
        """From the store, without a call to the provider."""
        return await self._transactions.read(tenant_id, lambda uow: uow.leads.get(lead_id))
