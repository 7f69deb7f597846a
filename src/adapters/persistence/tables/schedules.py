"""Schedules."""

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint

from ..types import Id, Instant
from .base import BINARY_TEXT, optional, required, tenant_table

# ``every_s`` or both of ``cron`` and ``zone``.
SCHEDULE = tenant_table(
    "schedule",
    required("id", Id),
    required("name", BINARY_TEXT),
    required("kind", BINARY_TEXT),
    required("payload", Text),
    optional("every_s", BigInteger),
    optional("cron", Text),
    optional("zone", Text),
    optional("paused_at", Instant),
    optional("next_at", Instant),
    optional("last_tick_at", Instant),
    required("created_at", Instant),
    required("version", BigInteger),
    UniqueConstraint("tenant_id", "name", name="uq_schedule_name"),
)
# Schedulers ask for what is due in the whole installation.
Index(
    "ix_schedule_next",
    SCHEDULE.c.next_at,
    SCHEDULE.c.tenant_id,
    SCHEDULE.c.id,
    sqlite_where=SCHEDULE.c.next_at.is_not(None),
    postgresql_where=SCHEDULE.c.next_at.is_not(None),
)
