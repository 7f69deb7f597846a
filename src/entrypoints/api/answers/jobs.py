"""Jobs."""

from collections.abc import Mapping
from datetime import datetime

from ....domain.jobs.job import Job
from .values import Answer


class JobAnswer(Answer):
    """``attempts`` counts the runs that have failed; ``last_error`` is the last one's. ``run_at``: not before then."""

    id: str
    kind: str
    payload: Mapping[str, str]
    status: str
    key: str | None
    lane: str | None
    priority: int
    run_at: datetime
    attempts: int
    last_error: str | None
    correlation_id: str | None
    created_at: datetime


class JobsAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    jobs: list[JobAnswer]
    count: int


class OneJobAnswer(Answer):
    """One job."""

    job: JobAnswer


def job(entity: Job) -> JobAnswer:
    """A job as the queue has it."""
    return JobAnswer(
        id=entity.id,
        kind=entity.kind,
        payload=entity.payload,
        status=entity.state.value,
        key=entity.key,
        lane=entity.lane,
        priority=entity.priority,
        run_at=entity.run_at,
        attempts=entity.attempts,
        last_error=entity.last_error,
        correlation_id=entity.correlation_id,
        created_at=entity.created_at,
    )
