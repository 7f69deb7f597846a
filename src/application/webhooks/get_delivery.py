"""One delivery with everything that was kept of it."""

import attrs

from ...domain.shared.ids import DeliveryId, TenantId
from ...domain.webhooks.delivery import Delivery
from ..transactions import Transactions


@attrs.frozen
class GetDelivery:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, delivery_id: DeliveryId) -> Delivery:
        """The delivery."""
        return await self._transactions.read(tenant_id, lambda uow: uow.deliveries.get(delivery_id))
