"""Staff tasks."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ....domain.staff.task import StaffTask
from .values import Answer


class TaskAnswer(Answer):
    """What a person must do, why, and every value that is needed."""

    id: UUID
    operation: str
    title: str
    reason: str
    subject: str | None
    details: Mapping[str, str | None]
    status: str
    account_id: UUID | None
    created_at: datetime
    done_at: datetime | None
    done_by: str | None
    note: str | None


class TasksAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    staff_tasks: list[TaskAnswer]
    count: int


class OneTaskAnswer(Answer):
    """One task."""

    task: TaskAnswer


def task(entity: StaffTask) -> TaskAnswer:
    """A task from its entity."""
    return TaskAnswer(
        id=entity.id,
        operation=entity.operation,
        title=entity.title,
        reason=entity.reason.value,
        subject=entity.subject,
        details=entity.details,
        status=entity.state.value,
        account_id=entity.account_id,
        created_at=entity.created_at,
        done_at=entity.done_at,
        done_by=entity.done_by,
        note=entity.note,
    )
