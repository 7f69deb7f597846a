"""One delivery with everything that was kept of it, and what it caused."""

from collections.abc import Sequence

import attrs

from ...domain.shared.ids import DeliveryId, TenantId
from ...domain.webhooks.delivery import Delivery
from ..ports.events import StoredEvent
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class DeliveryShown:
    """``events`` are those that it caused, in order: none, one, or one per replay that took effect."""

    delivery: Delivery
    events: Sequence[StoredEvent]


@attrs.frozen
class GetDelivery:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, delivery_id: DeliveryId) -> DeliveryShown:
        """The delivery."""

        async def look(uow: UnitOfWork) -> DeliveryShown:
            delivery = await uow.deliveries.get(delivery_id)
            return DeliveryShown(delivery, await _caused(uow, delivery))

        return await self._transactions.read(tenant_id, look)


async def _caused(uow: UnitOfWork, delivery: Delivery) -> Sequence[StoredEvent]:
    if delivery.subject is None:
        return []
    kind, _, subject_id = delivery.subject.partition(":")
    told = await uow.events.of_subject(kind, subject_id)
    return [event for event in told if event.data.get("delivery") == str(delivery.id)]
