"""What providers send: inboxes, deliveries, and how far their subjects have come."""

from sqlalchemy import BigInteger, Index, Integer, Text, UniqueConstraint

from ..types import Blob, Id, Instant
from .base import BINARY_TEXT, optional, refers_to, required, tenant_table

# The key comes with a request, from which nobody knows the tenant yet: it is unique in the installation.
INBOX = tenant_table(
    "inbox",
    required("id", Id),
    required("provider", BINARY_TEXT),
    required("key", BINARY_TEXT),
    required("secrets", Text),
    required("registrations", Text),
    optional("disabled_at", Instant),
    required("created_at", Instant),
    required("version", BigInteger),
    UniqueConstraint("key", name="uq_inbox_key"),
    refers_to("provider_account", "id", source="inbox"),
)

# ``body`` comes last: whoever asks only for the other values need not read past it.
DELIVERY = tenant_table(
    "delivery",
    required("id", Id),
    required("account_id", Id),
    required("provider", BINARY_TEXT),
    required("delivery_key", BINARY_TEXT),
    required("content_hash", Blob),
    required("received_at", Instant),
    required("correlation_id", Text),
    optional("type", Text),
    required("state", BINARY_TEXT),
    optional("reason", Text),
    required("attempts", Integer),
    optional("processed_at", Instant),
    optional("business_key", Text),
    optional("subject", Text),
    required("duplicates", BigInteger),
    required("replays", Integer),
    required("version", BigInteger),
    required("size", BigInteger),
    required("headers", Text),
    required("body", Blob),
    UniqueConstraint("tenant_id", "account_id", "delivery_key", name="uq_delivery_key"),
    refers_to("provider_account", "account_id", source="delivery"),
)
Index("ix_delivery_received", DELIVERY.c.tenant_id, DELIVERY.c.received_at, DELIVERY.c.id)
Index("ix_delivery_state", DELIVERY.c.tenant_id, DELIVERY.c.state, DELIVERY.c.received_at, DELIVERY.c.id)
# Hashes lie all over the index: written with each delivery that comes in, it would cost as much as all others together.
Index(
    "ix_delivery_content",
    DELIVERY.c.tenant_id,
    DELIVERY.c.account_id,
    DELIVERY.c.content_hash,
    sqlite_where=DELIVERY.c.state == "done",
    postgresql_where=DELIVERY.c.state == "done",
)

SUBJECT_STANDING = tenant_table(
    "subject_standing",
    required("account_id", Id),
    required("subject_kind", BINARY_TEXT),
    required("subject_id", BINARY_TEXT),
    optional("applied_order", Text),
    required("content_hash", Blob),
    required("delivery_id", Id),
    required("applied_at", Instant),
    required("version", BigInteger),
    refers_to("provider_account", "account_id", source="subject_standing"),
    key=("account_id", "subject_kind", "subject_id"),
)
