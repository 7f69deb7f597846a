"""Links to the providers' records, what was edited since, the journal, runs and their errors."""

from sqlalchemy import BigInteger, Index, Text

from ..types import Blob, Flag, Id, Instant
from .base import BINARY_TEXT, optional, refers_to, required, tenant_table

# ``base`` comes last: whoever asks only for fingerprints need not read past it.
SYNC_RECORD = tenant_table(
    "sync_record",
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    required("external_id", BINARY_TEXT),
    required("fingerprint", Blob),
    required("local_id", Id),
    required("local_version", BigInteger),
    required("synced_at", Instant),
    required("run_id", Id),
    optional("stamped_at", Instant),
    optional("edited_at", Instant),
    required("base", Text),
    refers_to("provider_account", "account_id", source="sync_record"),
    key=("account_id", "kind", "external_id"),
)
# Without the kind on purpose: PostgreSQL, when it has no statistics yet, would take an index that begins as the
# primary key does for the look-up by external id, and read all rows of the account.
Index("ix_sync_record_local", SYNC_RECORD.c.tenant_id, SYNC_RECORD.c.local_id)
Index("ix_sync_record_run", SYNC_RECORD.c.tenant_id, SYNC_RECORD.c.run_id)

# Ids that records of ours had at a provider until they got another one there. Few, and so beside the links: what is
# loaded by the hundred thousand has no column more.
FORMER_ID = tenant_table(
    "former_id",
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    required("external_id", BINARY_TEXT),
    required("local_id", Id),
    refers_to("provider_account", "account_id", source="former_id"),
    key=("account_id", "kind", "external_id"),
)

# Our records that were saved by something other than a sync, at the version that they had then: a run looks here for
# what was edited, instead of comparing all links with their records. Few, because a sync that links the version it
# saved leaves none.
EDITED_RECORD = tenant_table(
    "edited_record",
    required("kind", BINARY_TEXT),
    required("local_id", Id),
    required("version", BigInteger),
    key=("kind", "local_id"),
)

# Journal and errors are only appended to; their ids grow, so that errors of one instant keep their order.
CHANGE = tenant_table(
    "change",
    required("kind", BINARY_TEXT),
    required("local_id", Id),
    required("at", Instant),
    required("id", Id),
    required("run_id", Id),
    required("external_id", Text),
    required("field", Text),
    required("base", Text),
    required("ours", Text),
    required("theirs", Text),
    required("value", Text),
    required("side", Text),
    required("rule", Text),
    required("reason", Text),
    required("version", BigInteger),
)
Index("ix_change_record", CHANGE.c.tenant_id, CHANGE.c.kind, CHANGE.c.local_id)
Index("ix_change_run", CHANGE.c.tenant_id, CHANGE.c.run_id, CHANGE.c.id)

SYNC_RUN = tenant_table(
    "sync_run",
    required("id", Id),
    required("account_id", Id),
    required("kind", BINARY_TEXT),
    required("forced", Flag),
    required("state", BINARY_TEXT),
    required("created", BigInteger),
    required("updated", BigInteger),
    required("unchanged", BigInteger),
    required("errors", BigInteger),
    required("deleted", BigInteger),
    required("pushed", BigInteger),
    required("conflicts", BigInteger),
    required("refused", BigInteger),
    required("dropped", BigInteger),
    optional("reason", Text),
    optional("plan_id", Id),
    required("started_at", Instant),
    optional("finished_at", Instant),
    optional("allowed_at", Instant),
    refers_to("provider_account", "account_id", source="sync_run"),
)
Index("ix_sync_run_started", SYNC_RUN.c.tenant_id, SYNC_RUN.c.started_at, SYNC_RUN.c.id)
Index(
    "ix_sync_run_last",
    SYNC_RUN.c.tenant_id,
    SYNC_RUN.c.account_id,
    SYNC_RUN.c.kind,
    SYNC_RUN.c.state,
    SYNC_RUN.c.started_at,
    SYNC_RUN.c.id,
)

SYNC_ERROR = tenant_table(
    "sync_error",
    required("at", Instant),
    required("id", Id),
    required("run_id", Id),
    required("kind", Text),
    optional("external_id", Text),
    required("code", Text),
    required("message", Text),
    key=("at", "id"),
)
