"""Of two wishes for the same field of a record at a provider the later one holds: nobody is asked for the older one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from ....domain.shared.ids import AccountId
from ....domain.staff.task import MACHINE, StaffTask, TaskReason
from ...ports.gym import Operation
from ...ports.unit_of_work import UnitOfWork
from .counter_words import is_word, meant_by, written_by
from .kinds import LEAD, MEMBER, MEMBERSHIP
from .task_at_provider import (
    BEGUN,
    BESIDE,
    NO_LONGER,
    STOOD_THERE,
    in_words,
    leave_what_stood_there,
    name_told,
    title_of,
)

REPLACED = "replaced by a newer request"
IS_MEMBER = "the lead is a member by now"

# Of these each value is asked for by itself.
_OF_VALUES = {
    MEMBER: (Operation.UPDATE_MEMBER,),
    LEAD: (Operation.UPDATE_LEAD,),
    MEMBERSHIP: (Operation.UPDATE_MEMBERSHIP, Operation.CANCEL_MEMBERSHIP),
}
OF_VALUES = frozenset(operation for operations in _OF_VALUES.values() for operation in operations)


async def asked_of(uow: UnitOfWork, subject: str, account_id: AccountId | None) -> Sequence[StaffTask]:
    """The open tasks that ask for values of that record, by whatever name; None: at any account."""
    return [
        task
        for operation in _OF_VALUES.get(_kind(subject), ())
        for task in await uow.tasks.open_for(operation.value, subject)
        if account_id in {None, task.account_id}
    ]


def values_of(task: StaffTask) -> Mapping[str, str | None]:
    """What it asks for."""
    return {name: value for name, value in task.details.items() if name not in BESIDE | {STOOD_THERE}}


def fields_asked(task: StaffTask) -> frozenset[str]:
    """The same by the names of the schema."""
    return frozenset(field for name, value in values_of(task).items() for field in _meant(task, name, value))


def asked_otherwise(task: StaffTask, fields: Collection[str]) -> Collection[str]:
    """What it asks for in one of these fields; nothing while a request is at it, which may die over it."""
    return () if is_under_way(task) else set(_meeting(task, frozenset(fields)))


def asked_by_counter(task: StaffTask, later: Mapping[str, str | None], *, done: bool) -> Collection[str]:
    """The same, where the counter asks for ``later``. Once that is ``done`` it was all written over, and no undo of any
    of it holds.
    """
    kind = _kind(task.subject)
    meant = frozenset(field for name, value in later.items() for field in meant_by(kind, name, value))
    written = frozenset(field for name in later for field in written_by(kind, name))
    names = set(_meeting(task, meant))
    return names | {name for name in values_of(task) if done and name in written and not is_word(kind, name)}


def is_under_way(task: StaffTask) -> bool:
    """Whether a request is at it."""
    return task.details.get("why") == BEGUN


def narrow(task: StaffTask, going: Collection[str], *, now: datetime, note: str = REPLACED) -> bool:
    """It asks for the rest only, and tells what it asked for before; where nothing is left, it needs nobody any more:
    see ``leave_what_stood_there``. Whether it is another by that.
    """
    values = values_of(task)
    left = {name: value for name, value in values.items() if name not in going}
    if left == values:
        return False
    if not left and STOOD_THERE not in task.details:
        task.complete(by=MACHINE, now=now, note=note)
        return True
    gone = {name: value for name, value in values.items() if name not in left}
    told = "; ".join(text for text in (task.details.get(NO_LONGER), in_words(gone)) if text)
    task.details = {name: value for name, value in task.details.items() if name not in gone} | {NO_LONGER: told}
    if left:
        kind = _kind(task.subject)
        task.title = title_of(left, kind, name_told(task.title, kind))
    else:
        leave_what_stood_there(task)
    return True


def end_stage_wish(task: StaffTask, *, now: datetime) -> bool:
    """The lead became a member, and no stage leads on from that: it asks for the rest only, unless a person decides, or
    a request is at it. Whether it is another by that.
    """
    if is_under_way(task) or task.reason is TaskReason.UNDECIDED:
        return False
    stages = [name for name in values_of(task) if written_by(LEAD, name) == {"status"}]
    return narrow(task, stages, now=now, note=IS_MEMBER)


def _meeting(task: StaffTask, fields: frozenset[str]) -> Iterator[str]:
    for name, value in values_of(task).items():
        if not fields.isdisjoint(_meant(task, name, value)):
            yield name


def _meant(task: StaffTask, name: str, value: str | None) -> frozenset[str]:
    return meant_by(_kind(task.subject), name, value)


def _kind(subject: str | None) -> str:
    return (subject or "").partition(":")[0]
