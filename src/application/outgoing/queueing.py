"""The jobs that deliver messages."""

from collections.abc import Iterable, Sequence

from ...domain.jobs.job import JobRequest
from ...domain.shared.ids import EndpointId
from ...domain.webhooks.endpoint import Endpoint
from ...domain.webhooks.message import Message
from ..ports.unit_of_work import UnitOfWork

DELIVER_MESSAGE = "deliver_message"


async def enqueue_delivery(uow: UnitOfWork, going: Iterable[tuple[Endpoint, Message]]) -> None:
    """One job each, in that order. Those of one endpoint and subject wait for each other; nothing else does."""
    await uow.jobs.enqueue([_request(endpoint, message) for endpoint, message in going])


async def cancel_deliveries(uow: UnitOfWork, endpoint_id: EndpointId) -> None:
    """The jobs of all its messages that wait: those messages are sent no more."""
    await uow.jobs.cancel_lanes(f"endpoint:{endpoint_id}:")


def task_subject(endpoint_id: EndpointId) -> str:
    """What tasks about an endpoint name as their subject."""
    return f"endpoint:{endpoint_id}"


def payload_of(message: Message) -> dict[str, str]:
    """What a job knows."""
    return {"message": str(message.id), "round": str(message.round)}


def _request(endpoint: Endpoint, message: Message) -> JobRequest:
    # The round in the key and the opening in the lane: a message that was cancelled and is replayed waits for nothing
    # that was queued before the endpoint was disabled.
    return JobRequest(
        kind=DELIVER_MESSAGE,
        payload=payload_of(message),
        key=f"message:{message.id}:{message.round}",
        lane=f"endpoint:{endpoint.id}:{endpoint.openings}:{message.subject}",
    )


def in_order(messages: Sequence[Message], endpoint: Endpoint) -> list[tuple[Endpoint, Message]]:
    """The messages of one endpoint, as ``enqueue_delivery`` takes them."""
    return [(endpoint, message) for message in messages]
