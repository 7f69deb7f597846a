"""What was asked of staff, and Tresen itself has done since or is asked for otherwise, needs no person any more."""

from collections.abc import Collection
from datetime import datetime

from ...domain.staff.task import MACHINE, StaffTask, TaskReason
from ..ports.gym import Operation
from ..sync.records.counter_words import is_word
from ..sync.records.kinds import MEMBERSHIP
from ..sync.records.overtaken import OF_VALUES, REPLACED, asked_by_counter, is_under_way, narrow, values_of
from .wanted import Wanted

# A lead is converted once: of two wishes the later one holds.
_ONE_AT_A_TIME = frozenset({Operation.CONVERT_LEAD})
# What is sold may be sold once more; but not what nobody knows of whether it was.
IN_DOUBT = frozenset({TaskReason.OUTCOME_UNKNOWN, TaskReason.UNDECIDED})

_DONE = "done at the provider by a later request"
_OVER = "cancelled at the provider by a later request"


def settle(task: StaffTask, done: Wanted, *, now: datetime) -> bool:
    """Close an open task about the same as what is ``done`` by now, or let it ask for the rest only; of what stood
    there it tells on. Whether it is another by that.
    """
    if done.operation in OF_VALUES:
        going = _overtaken(task, done, is_done=True)
        return narrow(task, going, now=now, note=_DONE if done.details.keys() >= set(going) else REPLACED)
    same = task.reason not in IN_DOUBT and all(task.details.get(k) == v for k, v in done.details.items())
    going = values_of(task) if same or done.operation in _ONE_AT_A_TIME else ()
    return narrow(task, going, now=now, note=_DONE)


def replace(task: StaffTask, wanted: Wanted, *, now: datetime) -> bool:
    """As ``settle``, where a person must do what is ``wanted``: whoever did both might do the older one last. What
    stood there is for the newer task to tell, where this one is closed.
    """
    if wanted.operation in _ONE_AT_A_TIME:
        # What is in doubt must still be looked up, whatever is wanted now.
        going: Collection[str] = () if task.reason is TaskReason.OUTCOME_UNKNOWN else values_of(task)
    else:
        going = _overtaken(task, wanted, is_done=False) if wanted.operation in OF_VALUES else ()
    if going and not values_of(task).keys() - set(going):
        task.complete(by=MACHINE, now=now, note=REPLACED)
        return True
    return narrow(task, going, now=now)


def give_way(task: StaffTask, wanted: Wanted, *, now: datetime) -> bool:
    """What is ``wanted`` was looked for at the provider, and is so already: an open task that asks for the opposite
    asks for the rest only; of what stood there it tells on. Whether it is another by that.
    """
    return narrow(task, _overtaken(task, wanted, is_done=False), now=now)


def let_go(task: StaffTask, *, now: datetime) -> bool:
    """Close an open task to change a membership that is cancelled by now; of what stood there it tells on. Whether it
    is another by that.
    """
    if _stays(task) or not all(is_word(MEMBERSHIP, name) for name in values_of(task)):
        return False
    return narrow(task, values_of(task), now=now, note=_OVER)


def _overtaken(task: StaffTask, later: Wanted, *, is_done: bool) -> Collection[str]:
    return () if _stays(task) else asked_by_counter(task, later.details, done=is_done)


def _stays(task: StaffTask) -> bool:
    """Whether a person decides, or another request is at it, which may die over it. Who writes about a membership has
    the turn of it: of another request that was begun nobody is left.
    """
    is_alone = (task.subject or "").startswith(f"{MEMBERSHIP}:")
    return task.reason is TaskReason.UNDECIDED or (is_under_way(task) and not is_alone)
