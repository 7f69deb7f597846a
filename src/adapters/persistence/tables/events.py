"""The event log, and marks of what was done."""

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint

from ..types import Id, Instant
from .base import BINARY_TEXT, optional, required, tenant_table

# ``xact`` is the transaction's number in PostgreSQL and 0 in SQLite; ``number`` grows within it.
EVENT = tenant_table(
    "event",
    required("id", Id),
    required("type", BINARY_TEXT),
    required("subject_kind", BINARY_TEXT),
    required("subject_id", BINARY_TEXT),
    required("sequence", BigInteger),
    required("occurred_at", Instant),
    required("recorded_at", Instant),
    optional("correlation_id", Text),
    required("data", Text),
    required("xact", BigInteger),
    required("number", BigInteger),
    UniqueConstraint("tenant_id", "subject_kind", "subject_id", "sequence", name="uq_event_sequence"),
)
Index("ix_event_position", EVENT.c.tenant_id, EVENT.c.xact, EVENT.c.number)

MARK = tenant_table(
    "mark",
    required("scope", BINARY_TEXT),
    required("key", BINARY_TEXT),
    required("at", Instant),
    key=("scope", "key"),
)
