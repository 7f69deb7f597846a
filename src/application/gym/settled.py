"""What was asked of staff, and Tresen itself has done since, needs no person any more."""

from datetime import datetime

from ...domain.staff.task import MACHINE, StaffTask, TaskReason
from ..ports.gym import Operation
from ..sync.records.task_at_provider import BESIDE
from .wanted import BEGUN, STOOD_THERE, Wanted

# A lead is converted once: of two wishes the later one holds.
ONE_AT_A_TIME = frozenset({Operation.CONVERT_LEAD})
# Of these each value is asked for by itself, and the later one holds.
_OF_VALUES = frozenset({Operation.UPDATE_LEAD, Operation.UPDATE_MEMBERSHIP, Operation.CANCEL_MEMBERSHIP})
# What is sold may be sold once more; but not what nobody knows of whether it was.
_IN_DOUBT = frozenset({TaskReason.OUTCOME_UNKNOWN, TaskReason.UNDECIDED})

_DONE = "done at the provider by a later request"


def settle(task: StaffTask, done: Wanted, *, now: datetime) -> bool:
    """Close an open task about the same as what is ``done`` by now, or let it ask for the rest only. Whether it is
    another by that.
    """
    left = _left(task, done)
    if left == task.details:
        return False
    if left.keys() - BESIDE:
        task.details, task.title = left, done.title
    else:
        task.complete(by=MACHINE, now=now, note=_DONE)
    return True


def _left(task: StaffTask, done: Wanted) -> dict[str, str | None]:
    if done.operation in ONE_AT_A_TIME:
        return {}
    if done.operation in _OF_VALUES:
        going = set() if _stays(task) else done.details.keys() - BESIDE
    else:
        same = task.reason not in _IN_DOUBT and all(task.details.get(k) == v for k, v in done.details.items())
        going = set(done.details) if same else set()
    return {name: value for name, value in task.details.items() if name not in going}


def _stays(task: StaffTask) -> bool:
    """Whether it tells what is nowhere else, or another request is at it, which may die over it."""
    is_begun = task.details.get("why") == BEGUN
    return is_begun or task.reason is TaskReason.UNDECIDED or STOOD_THERE in task.details
