"""A job: work that is done later, at least once."""

import enum
from collections.abc import Mapping
from datetime import datetime

import attrs

from ..shared.errors import InvalidValue
from ..shared.ids import JobId, TenantId
from ..shared.text import check_text
from ..shared.time_range import as_utc

PRIORITY_MIN, PRIORITY_MAX = -100, 100
KIND_MAX = 200
# A line of an index in PostgreSQL takes 2,704 bytes, a tenant's id among them.
LABEL_MAX = 2_000
# It says where to find the rest.
PAYLOAD_TEXT_MAX = 65_536


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

    Raises InvalidValue for what not every queue can keep: other things than texts, NUL, halves of surrogate pairs, a
    kind of more than 200 bytes, a key, lane or correlation id of more than 2,000, a text of the payload of more than
    65,536, an instant without a zone; and for a priority out of range.
    """

    kind: str
    payload: Mapping[str, str] = attrs.field(factory=dict)
    key: str | None = None
    lane: str | None = None
    run_at: datetime | None = None
    priority: int = 0
    correlation_id: str | None = None

    def __attrs_post_init__(self) -> None:
        _check_priority(self.priority)
        check_text(self.kind, "kind", longest=KIND_MAX)
        for field, label in (("key", self.key), ("lane", self.lane), ("correlation_id", self.correlation_id)):
            if label is not None:
                check_text(label, field, longest=LABEL_MAX)
        for name, value in self.payload.items():
            check_text(name, "payload", longest=PAYLOAD_TEXT_MAX, may_be_empty=True)
            check_text(value, "payload", longest=PAYLOAD_TEXT_MAX, may_be_empty=True)
        if self.run_at is not None:
            as_utc(self.run_at, "run_at")


def _check_priority(value: object) -> None:
    if not isinstance(value, int) or not PRIORITY_MIN <= value <= PRIORITY_MAX:
        message = f"priority is a whole number from {PRIORITY_MIN} to {PRIORITY_MAX}"
        raise InvalidValue(message, field="priority")


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
