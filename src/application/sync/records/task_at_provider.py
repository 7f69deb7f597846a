"""The task to give the provider values that no machine may or can write there."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ....domain.membership.membership import Membership
from ....domain.shared.ids import TaskId, TenantId
from ....domain.staff.task import StaffTask, TaskReason
from ....domain.sync.canonical import Value, Values
from ....domain.sync.record import SyncRecord
from ....domain.tenancy.provider_account import ProviderAccount
from ...ports.gym import Operation
from ...ports.unit_of_work import UnitOfWork
from .kinds import LEAD, MEMBER, MEMBERSHIP

OPERATIONS = {
    MEMBER: Operation.UPDATE_MEMBER,
    LEAD: Operation.UPDATE_LEAD,
    MEMBERSHIP: Operation.UPDATE_MEMBERSHIP,
}

# What a task calls that which it asked for before, and somebody wants otherwise since.
NO_LONGER = "no_longer_asked"

# What a task tells beside the values.
BESIDE = frozenset({"external_id", "account", "why", NO_LONGER})

# Why a person is asked while the provider is.
BEGUN = "this was begun and no answer is known: look at the provider whether it was done, then do it or close this"

# What a task calls that which stood there before a write, and is told nowhere else.
STOOD_THERE = "stood_there"
_TOLD_HERE = (
    "nothing else of this is left to do; what stood there before is told here only, so this stays open until you "
    "close it"
)

_AT = " at the provider"
_NAMES = ("first_name", "last_name")


def edit_task(
    *,
    id: TaskId,  # noqa: A002 - the attribute's name
    tenant_id: TenantId,
    account: ProviderAccount,
    record: tuple[str, str, UUID],
    name: str,
    values: Values,
    reason: TaskReason,
    why: str,
    now: datetime,
) -> StaffTask:
    """The task to give the provider these values. ``record``: its kind, its id there, our id; ``name``: whose it is."""
    kind, external_id, local_id = record
    texts = {field: text_of(value) for field, value in values.items()}
    return StaffTask(
        id=id,
        tenant_id=tenant_id,
        account_id=account.id,
        operation=OPERATIONS[kind].value,
        title=title_of(texts, kind, name),
        reason=reason,
        subject=subject_of(kind, local_id),
        details={"external_id": external_id, **texts, "account": account.name, "why": why},
        created_at=now,
    )


async def readdress(uow: UnitOfWork, before: SyncRecord, external_id: str) -> None:
    """The record is another one at the provider by now: whoever does there what is asked must find it by its id of
    today, and who asks the same again makes no second task.
    """
    for operation in Operation:
        for task in await uow.tasks.open_for(operation.value, subject_of(before.kind, before.local_id)):
            if task.account_id == before.account_id and task.details.get("external_id") == before.external_id:
                task.details = {**task.details, "external_id": external_id}
                await uow.tasks.save(task)


def leave_what_stood_there(task: StaffTask) -> bool:
    """Of what the task asks for nothing is left to do: it asks a person to read what stood there before. False: it
    tells nothing of that.
    """
    if STOOD_THERE not in task.details:
        return False
    told = {name: value for name, value in task.details.items() if name in BESIDE | {STOOD_THERE}}
    task.details, task.reason = {**told, "why": _TOLD_HERE}, TaskReason.UNDECIDED
    task.title = f"See what was written over: {task.title}"
    return True


def alike(task: StaffTask, other: StaffTask) -> bool:
    """Whether both ask for the same, and for the same reason."""
    one, two = ({**each.details, NO_LONGER: None} for each in (task, other))
    return one == two


def record_of(task: StaffTask) -> tuple[str, str] | None:
    """The kind of record that the task is about, and its id there. None: it is about none that is there."""
    kind, external_id = (task.subject or "").partition(":")[0], task.details.get("external_id")
    return (kind, external_id) if external_id and kind in {MEMBER, MEMBERSHIP, LEAD} else None


def subject_of(kind: str, local_id: UUID) -> str:
    """What a task about a record is about."""
    return f"{kind}:{local_id}"


async def name_of(uow: UnitOfWork, entity: object, values: Values) -> str:
    """What a record of ours with these values is called: a person's name, or the membership's and whose it is."""
    if isinstance(entity, Membership):
        return await whose(uow, entity)
    return " ".join(str(values[part]) for part in _NAMES if values.get(part))


async def whose(uow: UnitOfWork, membership: Membership) -> str:
    """What it is called, and the name of its member: whoever has to do something about it looks for a person."""
    member = (await uow.members.get_many([membership.member_id])).get(membership.member_id)
    return membership.name if member is None or not member.name else f"{membership.name} of {member.name}"


def text_of(value: Value) -> str | None:
    """As a task says it."""
    return None if value is None else str(value)


def in_words(values: Values) -> str | None:
    """In one text for a person; None: there are none."""
    return "; ".join(f"{name}: {'nothing' if value is None else value}" for name, value in values.items()) or None


def title_of(values: Mapping[str, str | None], kind: str, name: str) -> str:
    """In a sentence."""
    cleared = [field for field, value in values.items() if value is None]
    changed = [field for field in values if field not in cleared]
    parts = [("change", changed), ("clear", cleared)]
    what = " and ".join(f"{word} {', '.join(names)}" for word, names in parts if names).capitalize()
    return f"{what} of the {kind} {name}{_AT}"


def name_told(title: str, kind: str) -> str:
    """What such a title calls the record, or one of the counter, which tells no fields."""
    return title.partition(f" the {kind} ")[2].removesuffix(_AT)
