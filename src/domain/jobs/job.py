"""A job: work that is done later, at least once."""

import enum
from collections.abc import Mapping
from datetime import datetime

import attrs

from ..shared.errors import InvalidValue
from ..shared.ids import JobId, TenantId

PRIORITY_MIN, PRIORITY_MAX = -100, 100


class JobState(enum.Enum):
    """A job that is done or cancelled is forgotten; a dead one has failed for the last time and waits for a person."""

    QUEUED = "queued"
    RUNNING = "running"
    DEAD = "dead"


@attrs.frozen(kw_only=True)
class JobRequest:
    """What is to be done. ``kind`` names the handler, ``payload`` what it needs to find the rest.

    ``key``: while a job of the tenant with this key is queued or running, another one is not made.
    ``lane``: the tenant's jobs of one lane run one at a time, in the order in which they were enqueued; one that
    failed holds up its lane until it is done, dead or cancelled. ``run_at`` None is at once. Of those that are due the
    greater ``priority`` (-100 to 100) goes first, then the earlier one.
    ``correlation_id`` None: that of whoever enqueues.
    """

    kind: str
    payload: Mapping[str, str] = attrs.field(factory=dict)
    key: str | None = None
    lane: str | None = None
    run_at: datetime | None = None
    priority: int = 0
    correlation_id: str | None = None

    def __attrs_post_init__(self) -> None:
        if not PRIORITY_MIN <= self.priority <= PRIORITY_MAX:
            raise InvalidValue(f"priority is from {PRIORITY_MIN} to {PRIORITY_MAX}", field="priority")


@attrs.frozen(kw_only=True)
class Job:
    """A job as the queue has it. ``attempts`` counts the runs that have failed; ``last_error`` is the last one's.

    ``correlation_id`` is that of the request or job that enqueued it, or that it was enqueued for.
    """

    id: JobId
    tenant_id: TenantId
    kind: str
    payload: Mapping[str, str]
    key: str | None = None
    lane: str | None = None
    state: JobState
    run_at: datetime
    priority: int = 0
    attempts: int = 0
    last_error: str | None = None
    correlation_id: str | None = None
    created_at: datetime
