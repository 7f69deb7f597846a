"""Work for people, and what people and programs asked for."""

from sqlalchemy import BigInteger, Index, Integer, Text

from ..types import Id, Instant
from .base import BINARY_TEXT, derived, optional, required, tenant_table

STAFF_TASK = tenant_table(
    "staff_task",
    required("id", Id),
    optional("account_id", Id),
    required("operation", BINARY_TEXT),
    required("title", Text),
    required("reason", Text),
    optional("subject", BINARY_TEXT),
    required("details", Text),
    required("state", BINARY_TEXT),
    required("created_at", Instant),
    optional("done_at", Instant),
    optional("done_by", Text),
    optional("note", Text),
    required("version", BigInteger),
    derived("title_key"),
    derived("search_text"),
)
Index("ix_staff_task_created", STAFF_TASK.c.tenant_id, STAFF_TASK.c.created_at, STAFF_TASK.c.id)
Index("ix_staff_task_status", STAFF_TASK.c.tenant_id, STAFF_TASK.c.state, STAFF_TASK.c.created_at, STAFF_TASK.c.id)
Index(
    "ix_staff_task_subject",
    STAFF_TASK.c.tenant_id,
    STAFF_TASK.c.subject,
    STAFF_TASK.c.operation,
    STAFF_TASK.c.state,
)

AUDIT_ENTRY = tenant_table(
    "audit_entry",
    required("at", Instant),
    required("id", Id),
    required("principal", Text),
    required("name", Text),
    required("action", Text),
    required("status", Integer),
    required("correlation_id", Text),
    optional("address", Text),
    key=("at", "id"),
)
