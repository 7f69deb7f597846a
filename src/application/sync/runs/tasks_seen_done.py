"""A task that asks the staff for something at a provider ends when a sync sees that it is done there."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from ....domain.shared.ids import AccountId
from ....domain.staff.task import MACHINE, StaffTask, TaskReason
from ....domain.sync.canonical import Value
from ....domain.sync.push import PushState
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ...ports.gym import Operation
from ...ports.unit_of_work import UnitOfWork
from ..links.link_at import link_at
from ..links.reviving import waits_to_be_made
from ..records.kinds import LEAD
from ..records.task_at_provider import BESIDE, OPERATIONS

SEEN = "a sync saw it done at the provider"

# What a task calls otherwise than the schema does.
_FIELDS = {"stage": "status"}


async def close_what_is_done(uow: UnitOfWork, account_id: AccountId, schema: Schema, *, now: datetime) -> None:
    """Of one kind of record. What was last seen there counts: a value that is only on its way was not seen."""
    if schema.kind not in OPERATIONS:
        return
    for task in await uow.tasks.open_at(account_id):
        local_id = _about(task, schema.kind)
        link = None if local_id is None else await link_at(uow, account_id, schema.kind, local_id)
        if link is not None and await _is_done(uow, task, link, schema):
            task.complete(by=MACHINE, now=now, note=SEEN)
            await uow.tasks.save(task)


def _about(task: StaffTask, kind: str) -> UUID | None:
    """Our record of that kind that the task is to bring to the provider, None where it is about something else."""
    named, _, key = (task.subject or "").partition(":")
    made = kind == LEAD and task.operation == Operation.CREATE_LEAD.value
    return UUID(key) if named == kind and (made or task.operation == OPERATIONS[kind].value) else None


async def _is_done(uow: UnitOfWork, task: StaffTask, link: SyncRecord, schema: Schema) -> bool:
    if task.operation == Operation.CREATE_LEAD.value:
        return not waits_to_be_made(link) and not await _was_tied_before(uow, task, link)
    wanted = {_FIELDS.get(name, name): value for name, value in task.details.items() if name not in BESIDE}
    if not wanted or not all(
        name in schema.by_name and name in link.base and _is_there(schema, name, value, link.base[name])
        for name, value in wanted.items()
    ):
        return False
    return wanted.keys().isdisjoint(await _not_agreed(uow, link))


async def _was_tied_before(uow: UnitOfWork, task: StaffTask, link: SyncRecord) -> bool:
    """Whether a person is asked what it means that it is tied."""
    if task.reason is not TaskReason.UNDECIDED:
        return False
    return (await uow.runs.get(link.run_id)).started_at <= task.created_at


async def _not_agreed(uow: UnitOfWork, link: SyncRecord) -> Collection[str]:
    """Fields of which the base is not what was last seen: a person is asked, or a value is on its way."""
    of, key = (link.account_id, link.kind), link.external_id
    asked = (await uow.conflicts.open_of(*of, [key])).get(key, ())
    pushes = (await uow.pushes.of_records(*of, [key])).get(key, ())
    waiting = {name for push in pushes if push.state is PushState.WAITING for name in push.values}
    return waiting | {each.field for each in asked}


def _is_there(schema: Schema, name: str, wanted: str | None, shown: Value) -> bool:
    """A task says everything as text."""
    return schema.by_name[name].same(wanted, shown) or (shown is not None and str(shown) == wanted)
