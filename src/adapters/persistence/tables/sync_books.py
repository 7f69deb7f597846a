"""What a sync keeps besides links, journal and runs: policies, overrides, conflicts, plans, pushes, states."""

from sqlalchemy import BigInteger, Index, Text

from ..types import Id, Instant
from .base import BINARY_TEXT, optional, refers_to, required, tenant_table

# ``account_id`` is all zeros for the tenant's layer, which therefore comes first.
SYNC_POLICY = tenant_table(
    "sync_policy",
    required("kind", BINARY_TEXT),
    required("account_id", Id),
    required("version", BigInteger),
    required("document", Text),
    required("set_by", Text),
    required("set_at", Instant),
    key=("kind", "account_id", "version"),
)

SYNC_OVERRIDE = tenant_table(
    "sync_override",
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    required("external_id", BINARY_TEXT),
    required("field", BINARY_TEXT),
    required("local_id", Id),
    required("law", Text),
    required("because", Text),
    optional("change_id", Id),
    required("set_by", Text),
    required("set_at", Instant),
    refers_to("provider_account", "account_id", source="sync_override"),
    key=("account_id", "kind", "external_id", "field"),
)

SYNC_CONFLICT = tenant_table(
    "sync_conflict",
    required("id", Id),
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    required("external_id", BINARY_TEXT),
    optional("local_id", Id),
    required("local_version", BigInteger),
    required("field", BINARY_TEXT),
    required("base", Text),
    required("ours", Text),
    required("theirs", Text),
    optional("ours_at", Instant),
    optional("theirs_at", Instant),
    required("resolution_s", BigInteger),
    required("skew_s", BigInteger),
    required("candidates", Text),
    required("rule", Text),
    required("reason", Text),
    required("run_id", Id),
    required("state", BINARY_TEXT),
    optional("choice", Text),
    optional("chosen", Text),
    optional("resolved_by", Text),
    optional("resolved_at", Instant),
    required("opened_at", Instant),
    required("updated_at", Instant),
    required("version", BigInteger),
    refers_to("provider_account", "account_id", source="sync_conflict"),
)
# At most one open conflict per field of a record; also where a run finds those of its records.
Index(
    "uq_sync_conflict_open",
    SYNC_CONFLICT.c.tenant_id,
    SYNC_CONFLICT.c.account_id,
    SYNC_CONFLICT.c.kind,
    SYNC_CONFLICT.c.external_id,
    SYNC_CONFLICT.c.field,
    unique=True,
    sqlite_where=SYNC_CONFLICT.c.state == "open",
    postgresql_where=SYNC_CONFLICT.c.state == "open",
)
Index("ix_sync_conflict_opened", SYNC_CONFLICT.c.tenant_id, SYNC_CONFLICT.c.opened_at, SYNC_CONFLICT.c.id)
Index(
    "ix_sync_conflict_state",
    SYNC_CONFLICT.c.tenant_id,
    SYNC_CONFLICT.c.state,
    SYNC_CONFLICT.c.opened_at,
    SYNC_CONFLICT.c.id,
)

SYNC_PLAN = tenant_table(
    "sync_plan",
    required("id", Id),
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    required("run_id", Id),
    required("state", BINARY_TEXT),
    required("parts", Text),
    optional("accepted_by", Text),
    optional("reason", Text),
    required("created_at", Instant),
    optional("applied_at", Instant),
    refers_to("provider_account", "account_id", source="sync_plan"),
)
Index("ix_sync_plan_created", SYNC_PLAN.c.tenant_id, SYNC_PLAN.c.created_at, SYNC_PLAN.c.id)
Index(
    "ix_sync_plan_account",
    SYNC_PLAN.c.tenant_id,
    SYNC_PLAN.c.account_id,
    SYNC_PLAN.c.created_at,
    SYNC_PLAN.c.id,
)

SYNC_PLAN_STEP = tenant_table(
    "sync_plan_step",
    required("plan_id", Id),
    required("number", BigInteger),
    required("kind", BINARY_TEXT),
    required("line", Text),
    refers_to("sync_plan", "plan_id", source="sync_plan_step"),
    key=("plan_id", "number"),
)

SYNC_PUSH = tenant_table(
    "sync_push",
    required("id", Id),
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    optional("external_id", BINARY_TEXT),
    required("local_id", Id),
    required("wanted", Text),
    required("expected", Text),
    required("run_id", Id),
    required("state", BINARY_TEXT),
    required("attempts", BigInteger),
    optional("why", Text),
    required("created_at", Instant),
    required("updated_at", Instant),
    refers_to("provider_account", "account_id", source="sync_push"),
)
Index("ix_sync_push_created", SYNC_PUSH.c.tenant_id, SYNC_PUSH.c.created_at, SYNC_PUSH.c.id)
Index("ix_sync_push_state", SYNC_PUSH.c.tenant_id, SYNC_PUSH.c.state, SYNC_PUSH.c.created_at, SYNC_PUSH.c.id)
_is_unanswered = (SYNC_PUSH.c.state != "done") & (SYNC_PUSH.c.state != "dropped")
Index(
    "ix_sync_push_unanswered",
    SYNC_PUSH.c.tenant_id,
    SYNC_PUSH.c.account_id,
    SYNC_PUSH.c.kind,
    SYNC_PUSH.c.external_id,
    sqlite_where=_is_unanswered,
    postgresql_where=_is_unanswered,
)
_may_make = SYNC_PUSH.c.external_id.is_(None) & ((SYNC_PUSH.c.state == "waiting") | (SYNC_PUSH.c.state == "unsure"))
# Of all accounts of a tenant at most one makes a record of ours.
Index(
    "uq_sync_push_making",
    SYNC_PUSH.c.tenant_id,
    SYNC_PUSH.c.kind,
    SYNC_PUSH.c.local_id,
    unique=True,
    sqlite_where=_may_make,
    postgresql_where=_may_make,
)
Index(
    "ix_sync_push_waiting",
    SYNC_PUSH.c.tenant_id,
    SYNC_PUSH.c.account_id,
    SYNC_PUSH.c.kind,
    SYNC_PUSH.c.created_at,
    SYNC_PUSH.c.id,
    sqlite_where=SYNC_PUSH.c.state == "waiting",
    postgresql_where=SYNC_PUSH.c.state == "waiting",
)

SYNC_STATE = tenant_table(
    "sync_state",
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    required("phase", Text),
    optional("run_id", Id),
    required("seen", BigInteger),
    optional("cursor", Text),
    optional("cursor_at", Instant),
    optional("complete_at", Instant),
    optional("succeeded_at", Instant),
    required("policy_version", BigInteger),
    required("place", Text),
    refers_to("provider_account", "account_id", source="sync_state"),
    key=("account_id", "kind"),
)

DUE_RECORD = tenant_table(
    "due_record",
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    required("external_id", BINARY_TEXT),
    required("times", BigInteger),
    refers_to("provider_account", "account_id", source="due_record"),
    key=("account_id", "kind", "external_id"),
)
