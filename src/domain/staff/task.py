"""A staff task: work that a person must do because no machine may or can."""

import enum
from collections.abc import Mapping
from datetime import datetime

import attrs

from ..shared.errors import IllegalTransition
from ..shared.ids import AccountId, TaskId, TenantId

# Who closed a task that needed no person any more.
MACHINE = "Tresen"


class TaskState(enum.Enum):
    """Open until a person closes it."""

    OPEN = "open"
    DONE = "done"


class TaskReason(enum.Enum):
    """Why a person is needed."""

    UNSUPPORTED = "unsupported"
    WRITES_DISABLED = "writes_disabled"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CREDENTIALS = "credentials"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@attrs.define(eq=False, kw_only=True)
class StaffTask:
    """What to do (``title``), with every value needed to do it (``details``), and why a person must.

    ``subject`` names what it is about, as ``lead:<id>`` or ``account:<id>``.
    """

    id: TaskId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    account_id: AccountId | None = None
    operation: str
    title: str
    reason: TaskReason
    subject: str | None = None
    details: Mapping[str, str | None] = attrs.field(factory=dict)
    state: TaskState = TaskState.OPEN
    created_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None
    note: str | None = None
    version: int = 0

    def complete(self, *, by: str, now: datetime, note: str | None = None) -> None:
        """Close it. Raises IllegalTransition when it is closed already."""
        if self.state is not TaskState.OPEN:
            raise IllegalTransition("this task is done already", task=str(self.id), state=self.state.value)
        self.state = TaskState.DONE
        self.done_at, self.done_by, self.note = now, by, note
