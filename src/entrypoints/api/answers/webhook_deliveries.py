"""Webhooks that came in."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ....application.ports.inboxes import DeliveryRow
from ....application.webhooks.get_delivery import DeliveryShown
from ....domain.webhooks.delivery import Delivery
from .values import Answer


class DeliveryLineAnswer(Answer):
    """A delivery without headers and body, of which ``size`` is the length in bytes. ``attempts`` counts the tries
    that failed, ``duplicates`` the further arrivals of the same delivery."""

    id: UUID
    account_id: UUID
    provider: str
    delivery_key: str
    type: str | None
    subject: str | None
    status: str
    reason: str | None
    attempts: int
    duplicates: int
    size: int
    received_at: datetime
    processed_at: datetime | None
    correlation_id: str


class DeliveriesAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    webhook_deliveries: list[DeliveryLineAnswer]
    count: int


class DeliveryAnswer(DeliveryLineAnswer):
    """``headers`` are those that were kept; ``body`` is UTF-8, with what is none replaced."""

    headers: Mapping[str, str]
    body: str


class CausedEventAnswer(Answer):
    """An event that a delivery caused."""

    id: UUID
    type: str
    recorded_at: datetime


class DeliveryWithEventsAnswer(DeliveryAnswer):
    """``events`` are those that it caused: none, one, or one per replay that took effect."""

    events: list[CausedEventAnswer]


class OneDeliveryAnswer(Answer):
    """One delivery."""

    webhook_delivery: DeliveryAnswer


class ShownDeliveryAnswer(Answer):
    """One delivery and what it caused."""

    webhook_delivery: DeliveryWithEventsAnswer


class ReplayedDeliveriesAnswer(Answer):
    """How many were replayed, or (``dry_run``) would be."""

    count: int
    dry_run: bool


def delivery_line(row: DeliveryRow) -> DeliveryLineAnswer:
    """A line of the list."""
    return DeliveryLineAnswer(
        id=row.id,
        account_id=row.account_id,
        provider=row.provider,
        delivery_key=row.delivery_key,
        type=row.type,
        subject=row.subject,
        status=row.state.value,
        reason=row.reason,
        attempts=row.attempts,
        duplicates=row.duplicates,
        size=row.size,
        received_at=row.received_at,
        processed_at=row.processed_at,
        correlation_id=row.correlation_id,
    )


def delivery(entity: Delivery) -> DeliveryAnswer:
    """Everything that was kept."""
    return DeliveryAnswer(
        id=entity.id,
        account_id=entity.account_id,
        provider=entity.provider,
        delivery_key=entity.delivery_key,
        type=entity.type,
        subject=entity.subject,
        status=entity.state.value,
        reason=entity.reason,
        attempts=entity.attempts,
        duplicates=entity.duplicates,
        size=len(entity.body),
        received_at=entity.received_at,
        processed_at=entity.processed_at,
        correlation_id=entity.correlation_id,
        headers=entity.headers,
        body=entity.body.decode("utf-8", errors="replace"),
    )


def shown_delivery(shown: DeliveryShown) -> DeliveryWithEventsAnswer:
    """Everything that was kept, and what it caused."""
    whole = delivery(shown.delivery)
    return DeliveryWithEventsAnswer(
        **{name: getattr(whole, name) for name in whole.__struct_fields__},
        events=[CausedEventAnswer(id=one.id, type=one.type, recorded_at=one.recorded_at) for one in shown.events],
    )
