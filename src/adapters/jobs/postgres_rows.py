"""Jobs in pgqueuer's table: what goes into a row, and a job from a row."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from ...application.log_context import current
from ...domain.jobs.job import Job, JobRequest, JobState
from ...domain.shared.ids import JobId, TenantId
from .postgres_names import CORRELATION, CREATED_AT, KEY, KIND, LANE, LAST_ERROR, RUN_AT, TENANT

STATUSES = {JobState.QUEUED: "queued", JobState.RUNNING: "picked", JobState.DEAD: "failed"}
STATES = {status: state for state, status in STATUSES.items()}


def headers(tenant_id: TenantId, request: JobRequest, *, now: datetime) -> dict[str, str]:
    """What pgqueuer has no column for, or tells by another clock."""
    told = {
        TENANT: str(tenant_id),
        CREATED_AT: now.isoformat(),
        RUN_AT: (request.run_at or now).isoformat(),
        LANE: request.lane,
        KIND: None if request.lane is None else request.kind,
        KEY: request.key,
        CORRELATION: request.correlation_id or current().get(CORRELATION),
    }
    return {name: value for name, value in told.items() if value is not None}


def payload(request: JobRequest) -> bytes | None:
    """JSON, nothing for an empty one."""
    return json.dumps(dict(request.payload)).encode() if request.payload else None


def dedupe_key(tenant_id: TenantId, key: str | None) -> str | None:
    """pgqueuer's keys are unique over all tenants, ours for each."""
    return None if key is None else f"{tenant_id}:{key}"


def job(
    number: int,
    kind: str,
    *,
    status: str,
    priority: int,
    attempts: int,
    payload: bytes | None,
    headers: Mapping[str, object],
) -> Job:
    """The job of a row. Raises ValueError, KeyError or TypeError when it is none of ours."""
    told = {name: str(value) for name, value in headers.items()}
    return Job(
        id=JobId(str(number)),
        tenant_id=_tenant(told[TENANT]),
        kind=told.get(KIND, kind),
        payload=_texts(payload),
        key=told.get(KEY),
        lane=told.get(LANE),
        state=STATES[status],
        run_at=datetime.fromisoformat(told[RUN_AT]),
        priority=priority,
        attempts=attempts,
        last_error=told.get(LAST_ERROR),
        correlation_id=told.get(CORRELATION),
        created_at=datetime.fromisoformat(told[CREATED_AT]),
    )


def _texts(payload: bytes | None) -> Mapping[str, str]:
    texts = json.loads(payload) if payload else {}
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("a payload is an object of texts")
    return texts


# Half of what it takes to make a job, and mostly the same few.
@lru_cache(maxsize=64)
def _tenant(text: str) -> TenantId:
    return TenantId(UUID(text))


def number_of(job_id: JobId) -> int | None:
    """pgqueuer's number; None when no job of it can have that id."""
    text = str(job_id)
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:
        return None
    return int(text)


_DIGITS = 18  # less than 2^63
