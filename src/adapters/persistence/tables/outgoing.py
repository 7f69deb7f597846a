"""What is sent to others: endpoints, messages, and the attempts to deliver them."""

from sqlalchemy import BigInteger, Index, Integer, Text, UniqueConstraint

from ..types import Blob, Id, Instant
from .base import BINARY_TEXT, optional, refers_to, required, tenant_table

WEBHOOK_ENDPOINT = tenant_table(
    "webhook_endpoint",
    required("id", Id),
    required("name", Text),
    required("url", Text),
    required("events", Text),
    required("secrets", Text),
    required("state", BINARY_TEXT),
    optional("disabled_reason", Text),
    optional("disabled_at", Instant),
    required("failed_messages", Integer),
    optional("failing_since", Instant),
    required("openings", Integer),
    required("created_at", Instant),
    required("version", BigInteger),
    UniqueConstraint("tenant_id", "name", name="uq_webhook_endpoint_name"),
)
# Every transaction that has events looks here, mostly to find nothing.
Index("ix_webhook_endpoint_state", WEBHOOK_ENDPOINT.c.tenant_id, WEBHOOK_ENDPOINT.c.state, WEBHOOK_ENDPOINT.c.id)

# ``body`` comes last: whoever asks only for the other values need not read past it.
WEBHOOK_MESSAGE = tenant_table(
    "webhook_message",
    required("id", Id),
    required("endpoint_id", Id),
    optional("event_id", Id),
    required("event_type", BINARY_TEXT),
    required("subject", BINARY_TEXT),
    required("created_at", Instant),
    required("state", BINARY_TEXT),
    required("round", Integer),
    required("attempts", Integer),
    required("failures", Integer),
    optional("next_at", Instant),
    optional("done_at", Instant),
    optional("first_delivered_at", Instant),
    required("version", BigInteger),
    required("size", Integer),
    required("body", Blob),
    refers_to("webhook_endpoint", "endpoint_id", source="webhook_message"),
)
Index(
    "ix_webhook_message_created",
    WEBHOOK_MESSAGE.c.tenant_id,
    WEBHOOK_MESSAGE.c.endpoint_id,
    WEBHOOK_MESSAGE.c.created_at,
    WEBHOOK_MESSAGE.c.id,
)
Index(
    "ix_webhook_message_state",
    WEBHOOK_MESSAGE.c.tenant_id,
    WEBHOOK_MESSAGE.c.endpoint_id,
    WEBHOOK_MESSAGE.c.state,
    WEBHOOK_MESSAGE.c.created_at,
    WEBHOOK_MESSAGE.c.id,
)

WEBHOOK_ATTEMPT = tenant_table(
    "webhook_attempt",
    required("message_id", Id),
    required("number", Integer),
    required("at", Instant),
    optional("status", Integer),
    optional("error", Text),
    required("duration_ms", Integer),
    required("excerpt", Text),
    refers_to("webhook_message", "message_id", source="webhook_attempt"),
    key=("message_id", "number"),
)
