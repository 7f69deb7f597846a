"""Jobs as SQLite's table holds them."""

from typing import Any

from msgspec import MsgspecError

from ...domain.jobs.job import Job, JobState
from ...domain.shared.errors import NotFound
from ...domain.shared.ids import JobId, TenantId
from ..persistence.mappers.values import Row, texts
from ..persistence.tables import JOB
from ..persistence.types import Id, from_microseconds

# The columns that make a job, in this order.
COLUMNS = (
    "number",
    "tenant_id",
    "kind",
    "payload",
    "key",
    "lane",
    "state",
    "run_at",
    "priority",
    "attempts",
    "last_error",
    "correlation_id",
    "created_at",
)
_PAYLOAD = COLUMNS.index("payload")
SELECTED = [JOB.c[name] for name in COLUMNS]

READY, WAITING, BEHIND, RUNNING, DEAD = "ready", "waiting", "behind", "running", "dead"
STATES = {
    JobState.QUEUED: (READY, WAITING, BEHIND),
    JobState.RUNNING: (RUNNING,),
    JobState.DEAD: (DEAD,),
}
STATE_OF = {word: state for state, words in STATES.items() for word in words}

_DIGITS_MAX = 18  # more do not fit into SQLite's integers


def job(row: Row) -> Job:
    """From what the driver gives for COLUMNS."""
    number, tenant, kind, payload, key, lane, state, run_at, priority, attempts, error, correlation, created_at = row
    return Job(
        id=JobId(str(number)),
        tenant_id=TenantId(Id.from_sqlite(tenant)),
        kind=kind,
        payload=texts(payload),
        key=key,
        lane=lane,
        state=STATE_OF[state],
        run_at=from_microseconds(run_at),
        priority=priority,
        attempts=attempts,
        last_error=error,
        correlation_id=correlation,
        created_at=from_microseconds(created_at),
    )


def shown(row: Row) -> Job:
    """As ``job``, for people: one whose payload cannot be read is shown without it."""
    try:
        return job(row)
    except MsgspecError:
        return job((*row[:_PAYLOAD], "{}", *row[_PAYLOAD + 1 :]))


def number_of(job_id: JobId) -> int:
    """The row's key. Raises NotFound for a text that cannot be one."""
    if not (job_id.isascii() and job_id.isdigit() and len(job_id) <= _DIGITS_MAX):
        raise NotFound("job", job_id)
    return int(job_id)


def tenant_key(tenant_id: TenantId) -> Any:
    """A tenant's id as it is stored."""
    return Id.to_sqlite(tenant_id)
