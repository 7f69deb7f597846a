"""An event that a delivery in a world's store caused."""

from tests.builders import NOON
from tests.world import World
from tresen.application.ports.events import NewEvent, StoredEvent
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.webhooks.delivery import Delivery


async def caused(world: World, delivery: Delivery) -> StoredEvent:
    """Recorded as the processing does it; the delivery knows the subject."""

    async def record(uow: UnitOfWork) -> None:
        kept = await uow.deliveries.get(delivery.id)
        kept.subject = "order:5"
        await uow.deliveries.save(kept)
        data = {"delivery": str(delivery.id)}
        uow.events.record(
            NewEvent(
                type="provider.order.updated", subject_kind="order", subject_id="5", occurred_at=NOON, data={**data}
            )
        )

    await world.transactions.run(delivery.tenant_id, "test", record)
    return (await world.transactions.read(delivery.tenant_id, lambda uow: uow.events.of_subject("order", "5")))[-1]
