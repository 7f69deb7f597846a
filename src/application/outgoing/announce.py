"""Events become messages in the transaction that recorded them."""

from collections.abc import Sequence

import attrs

from ...domain.shared.ids import MessageId
from ...domain.webhooks.endpoint import Endpoint
from ...domain.webhooks.message import Message
from ..ports.clock import IdSource
from ..ports.events import StoredEvent
from ..ports.unit_of_work import UnitOfWork
from ..reactions import EVERY, AtCommit
from .payload import event_body
from .queueing import enqueue_delivery


@attrs.frozen
class Announce:
    """Writes a message for each event and each active endpoint that wants it, and enqueues its delivery.

    One look at the endpoints per transaction that has events; nothing else when none wants any.
    """

    _ids: IdSource

    def row(self) -> AtCommit:
        """Its row in the table of reactions."""
        return AtCommit(name="outgoing_webhooks", on=EVERY, run=self)

    async def __call__(self, uow: UnitOfWork, events: Sequence[StoredEvent]) -> None:
        """Of one event, the bytes are the same for all."""
        endpoints = await uow.endpoints.active()
        going: list[tuple[Endpoint, Message]] = []
        for event in events:
            wanting = [endpoint for endpoint in endpoints if endpoint.wants(event.type)]
            if wanting:
                body = event_body(event, tenant=uow.tenant.slug)
                going += [(endpoint, self._message(endpoint, event, body)) for endpoint in wanting]
        if going:
            await uow.messages.add_many([message for _, message in going])
            await enqueue_delivery(uow, going)

    def _message(self, endpoint: Endpoint, event: StoredEvent, body: bytes) -> Message:
        return Message(
            id=MessageId(self._ids.new()),
            tenant_id=event.tenant_id,
            endpoint_id=endpoint.id,
            event_id=event.id,
            event_type=event.type,
            subject=f"{event.subject_kind}:{event.subject_id}",
            body=body,
            created_at=event.recorded_at,
            next_at=event.recorded_at,
        )
