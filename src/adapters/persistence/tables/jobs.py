"""The job queue of SQLite. On PostgreSQL the jobs are pgqueuer's.

Workers serve all tenants: the key is the number, in the order of enqueueing, and what workers look for is indexed
without the tenant. ``state`` says more than a job's state does: a queued one is ``ready``, ``waiting`` for its time or
``behind`` another one of its lane.
"""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Integer, Table, Text

from ..types import Blob, Id, Instant
from .base import BINARY_TEXT, METADATA, optional, required

# AUTOINCREMENT: a number is never given again, so that an old id cannot mean a new job.
JOB = Table(
    "job",
    METADATA,
    Column("number", Integer, primary_key=True, nullable=False),
    required("tenant_id", Id),
    required("kind", BINARY_TEXT),
    required("payload", Text),
    optional("key", BINARY_TEXT),
    optional("lane", BINARY_TEXT),
    required("state", BINARY_TEXT),
    required("run_at", Instant),
    required("priority", BigInteger),
    required("attempts", BigInteger),
    optional("last_error", Text),
    optional("correlation_id", Text),
    required("created_at", Instant),
    optional("worker", Blob),
    optional("lease_until", Instant),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_job_tenant"),
    sqlite_autoincrement=True,
    info={"only": "sqlite"},
)
Index("ix_job_ready", JOB.c.kind, JOB.c.priority.desc(), JOB.c.number, sqlite_where=JOB.c.state == "ready")
Index("ix_job_waiting", JOB.c.run_at, sqlite_where=JOB.c.state == "waiting")
Index("ix_job_lease", JOB.c.lease_until, JOB.c.kind, sqlite_where=JOB.c.state == "running")
Index("ix_job_lane", JOB.c.tenant_id, JOB.c.lane, JOB.c.state, JOB.c.number, sqlite_where=JOB.c.lane.is_not(None))
Index("ix_job_created", JOB.c.tenant_id, JOB.c.created_at)
Index("ix_job_dead", JOB.c.tenant_id, JOB.c.created_at, sqlite_where=JOB.c.state == "dead")
Index(
    "uq_job_key",
    JOB.c.tenant_id,
    JOB.c.key,
    unique=True,
    sqlite_where=JOB.c.key.is_not(None) & (JOB.c.state != "dead"),
)
