"""What was asked of staff, and Tresen itself has done since or is asked for otherwise, needs no person any more."""

from collections.abc import Collection, Mapping
from datetime import datetime

from ...domain.staff.task import MACHINE, StaffTask, TaskReason
from ..membership.asked_of_membership import ASKED
from ..ports.gym import Operation
from ..sync.records.task_at_provider import BESIDE, STOOD_THERE, leave_what_stood_there
from .wanted import BEGUN, Wanted

# A lead is converted once: of two wishes the later one holds.
_ONE_AT_A_TIME = frozenset({Operation.CONVERT_LEAD})
# Of these each value is asked for by itself, and the later one holds.
_OF_VALUES = frozenset({Operation.UPDATE_LEAD, Operation.UPDATE_MEMBERSHIP, Operation.CANCEL_MEMBERSHIP})
# What is sold may be sold once more; but not what nobody knows of whether it was.
IN_DOUBT = frozenset({TaskReason.OUTCOME_UNKNOWN, TaskReason.UNDECIDED})

_BESIDE = BESIDE | {STOOD_THERE}

_DONE = "done at the provider by a later request"
_REPLACED = "replaced by a newer request"
_OVER = "cancelled at the provider by a later request"


def settle(task: StaffTask, done: Wanted, *, now: datetime) -> bool:
    """Close an open task about the same as what is ``done`` by now, or let it ask for the rest only; of what stood
    there it tells on. Whether it is another by that.
    """
    if done.operation in _ONE_AT_A_TIME:
        going: Collection[str] = task.details.keys()
    elif done.operation in _OF_VALUES:
        going = _overtaken(task, done)
    else:
        same = task.reason not in IN_DOUBT and all(task.details.get(k) == v for k, v in done.details.items())
        going = done.details.keys() if same else ()
    left = _left(task, going)
    if left == task.details:
        return False
    if _asks(left):
        task.details, task.title = left, done.title
    elif not leave_what_stood_there(task):
        task.complete(by=MACHINE, now=now, note=_DONE)
    return True


def replace(task: StaffTask, wanted: Wanted, *, now: datetime) -> bool:
    """As ``settle``, where a person must do what is ``wanted``: whoever did both might do the older one last. What
    stood there is for the newer task to tell, where this one is closed.
    """
    if wanted.operation in _ONE_AT_A_TIME:
        # What is in doubt must still be looked up, whatever is wanted now.
        going: Collection[str] = () if task.reason is TaskReason.OUTCOME_UNKNOWN else task.details.keys()
    else:
        going = _overtaken(task, wanted) if wanted.operation in _OF_VALUES else ()
    left = _left(task, going)
    if left == task.details:
        return False
    if _asks(left):
        task.details, task.title = left, wanted.title
    else:
        task.complete(by=MACHINE, now=now, note=_REPLACED)
    return True


def let_go(task: StaffTask, *, now: datetime) -> bool:
    """Close an open task to change a membership that is cancelled by now; of what stood there it tells on. Whether it
    is another by that.
    """
    if _stays(task) or not task.details.keys() - _BESIDE <= ASKED:
        return False
    if not leave_what_stood_there(task):
        task.complete(by=MACHINE, now=now, note=_OVER)
    return True


def _overtaken(task: StaffTask, later: Wanted) -> Collection[str]:
    return () if _stays(task) else later.details.keys()


def _stays(task: StaffTask) -> bool:
    """Whether a person decides, or another request is at it, which may die over it."""
    return task.details.get("why") == BEGUN or task.reason is TaskReason.UNDECIDED


def _left(task: StaffTask, going: Collection[str]) -> Mapping[str, str | None]:
    return {name: value for name, value in task.details.items() if name in _BESIDE or name not in going}


def _asks(details: Mapping[str, str | None]) -> bool:
    return bool(details.keys() - _BESIDE)
