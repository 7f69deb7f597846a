"""Endpoints, messages and attempts for tests: valid, small, and different in exactly what the test names."""

from datetime import datetime

from tests.builders import IDS, NOON
from tresen.domain.shared.ids import EndpointId, EventId, MessageId, TenantId
from tresen.domain.webhooks.endpoint import Endpoint, EndpointSecret
from tresen.domain.webhooks.message import Attempt, Message, MessageState


def an_endpoint(
    tenant: TenantId,
    name: str = "shop",
    *,
    url: str = "https://example.com/hooks",
    events: tuple[str, ...] = ("*",),
    secret: bytes = b"sealed",
    created_at: datetime = NOON,
) -> Endpoint:
    return Endpoint(
        id=EndpointId(IDS.new()),
        tenant_id=tenant,
        name=name,
        url=url,
        events=events,
        secrets=(EndpointSecret(sealed=secret, created_at=NOON),),
        created_at=created_at,
    )


def a_message(
    endpoint: Endpoint,
    event_type: str = "lead.captured",
    *,
    subject: str = "lead:1",
    body: bytes = b'{"type":"lead.captured"}',
    state: MessageState = MessageState.PENDING,
    created_at: datetime = NOON,
) -> Message:
    return Message(
        id=MessageId(IDS.new()),
        tenant_id=endpoint.tenant_id,
        endpoint_id=endpoint.id,
        event_id=EventId(IDS.new()),
        event_type=event_type,
        subject=subject,
        body=body,
        created_at=created_at,
        state=state,
        next_at=created_at if state is MessageState.PENDING else None,
    )


def an_attempt(message: Message, *, status: int | None = 200, number: int = 1, at: datetime = NOON) -> Attempt:
    error = "connect_failed" if status is None else None
    return Attempt(message_id=message.id, number=number, at=at, status=status, error=error, duration_ms=12)
