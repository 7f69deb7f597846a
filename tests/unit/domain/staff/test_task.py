"""Work for people is closed once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from tresen.domain.shared.errors import IllegalTransition
from tresen.domain.shared.ids import TaskId, TenantId
from tresen.domain.staff.task import StaffTask, TaskReason, TaskState

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def task() -> StaffTask:
    return StaffTask(
        id=TaskId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        operation="cancel_membership",
        title="Cancel Anna's membership",
        reason=TaskReason.WRITES_DISABLED,
        created_at=NOW,
    )


def test_a_new_task_is_open() -> None:
    found = task()
    assert (found.state, found.done_at, found.done_by, found.note) == (TaskState.OPEN, None, None, None)


@pytest.mark.parametrize("note", [None, "done by phone"])
def test_completing_remembers_who_when_and_what_they_said(note: str | None) -> None:
    found = task()
    found.complete(by="otto", now=NOW, note=note)
    assert (found.state, found.done_at, found.done_by, found.note) == (TaskState.DONE, NOW, "otto", note)


def test_completing_twice_is_refused_and_changes_nothing() -> None:
    found = task()
    found.complete(by="otto", now=NOW, note="first")
    before = attrs.asdict(found)
    with pytest.raises(IllegalTransition, match="done already") as refused:
        found.complete(by="anna", now=NOW + timedelta(hours=1))
    assert attrs.asdict(found) == before
    assert refused.value.details == {"task": str(found.id), "state": "done"}


def test_two_tasks_do_not_share_their_details() -> None:
    assert task().details == {}
    assert task().details is not task().details
