"""The tables. Mappers read and write their columns by position: the order here is theirs.

Every table but ``tenant`` has ``tenant_id`` first in its primary key and its indexes. The exceptions are what must be
known before a tenant is (e-mail addresses, hashes of tokens and keys, the keys of inboxes): unique in the installation;
the index by which schedulers find what is due in all tenants; and the jobs of SQLite, which workers claim over all
tenants. A table marked ``only`` is in that database alone.
"""

from .base import METADATA, derived, entity_columns
from .events import EVENT, MARK
from .gym import LEAD, MEMBER, MEMBERSHIP, PACKAGE
from .identity import API_KEY, SESSION, USER
from .inbox import DELIVERY, INBOX, SUBJECT_STANDING
from .jobs import JOB
from .outgoing import WEBHOOK_ATTEMPT, WEBHOOK_ENDPOINT, WEBHOOK_MESSAGE
from .schedules import SCHEDULE
from .staff import AUDIT_ENTRY, STAFF_TASK
from .sync import CHANGE, EDITED_RECORD, FORMER_ID, SYNC_ERROR, SYNC_RECORD, SYNC_RUN
from .sync_books import (
    DUE_RECORD,
    SYNC_CONFLICT,
    SYNC_OVERRIDE,
    SYNC_PLAN,
    SYNC_PLAN_STEP,
    SYNC_POLICY,
    SYNC_PUSH,
    SYNC_STATE,
)
from .tenancy import PROVIDER_ACCOUNT, SITE, TENANT

__all__ = [
    "API_KEY",
    "AUDIT_ENTRY",
    "CHANGE",
    "DELIVERY",
    "DUE_RECORD",
    "EDITED_RECORD",
    "EVENT",
    "FORMER_ID",
    "INBOX",
    "JOB",
    "LEAD",
    "MARK",
    "MEMBER",
    "MEMBERSHIP",
    "METADATA",
    "PACKAGE",
    "PROVIDER_ACCOUNT",
    "SCHEDULE",
    "SESSION",
    "SITE",
    "STAFF_TASK",
    "SUBJECT_STANDING",
    "SYNC_CONFLICT",
    "SYNC_ERROR",
    "SYNC_OVERRIDE",
    "SYNC_PLAN",
    "SYNC_PLAN_STEP",
    "SYNC_POLICY",
    "SYNC_PUSH",
    "SYNC_RECORD",
    "SYNC_RUN",
    "SYNC_STATE",
    "TENANT",
    "USER",
    "WEBHOOK_ATTEMPT",
    "WEBHOOK_ENDPOINT",
    "WEBHOOK_MESSAGE",
    "derived",
    "entity_columns",
]
