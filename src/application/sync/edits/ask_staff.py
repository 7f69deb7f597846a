"""What a person decided or undid, and the provider takes no value of, only a person can do there."""

from collections.abc import Collection

from ....domain.shared.ids import TaskId
from ....domain.staff.task import TaskReason
from ....domain.sync.canonical import Values
from ....domain.sync.record import SyncRecord
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.overtaken import narrow
from ..records.task_at_provider import OPERATIONS, edit_task, name_of, subject_of, text_of
from ..runs.by_hand import Hand
from .edit_outlook import NO_VALUE
from .edit_tasks import ask_at


async def ask_staff(
    uow: UnitOfWork,
    hand: Hand,
    link: SyncRecord,
    values: Values,
    *,
    given: Collection[str],
    ids: IdSource,
    what: str,
) -> None:
    """One open task that asks for the ``values``, where there are some. Used in the transaction that wrote them here.

    ``given`` are all fields of which a person said what becomes of them: what was asked for one of them before is asked
    no more. ``what`` says who did it.
    """
    entity = (await hand.kind.load(uow, [link.local_id])).get(link.local_id)
    name = "" if entity is None else await name_of(uow, entity, hand.kind.values(entity))
    task = None
    if values:
        task = edit_task(
            id=TaskId(ids.new()),
            tenant_id=hand.scope.tenant_id,
            account=hand.opened.account,
            record=(link.kind, link.external_id, link.local_id),
            name=name,
            values=values,
            reason=TaskReason.UNSUPPORTED,
            why=f"{what} here, and {NO_VALUE}",
            now=hand.scope.now,
        )
    await ask_at(uow, link, task, wanted=given, now=hand.scope.now)


async def ask_no_more(uow: UnitOfWork, hand: Hand, link: SyncRecord, field: str) -> None:
    """Nobody need bring there what ours holds of that field. What else is asked of it, as at the counter, stays."""
    here = await hand.kind.load(uow, [link.local_id])
    await hand.kind.prepare(uow, [link.base], here.values())
    entity = here.get(link.local_id)
    if entity is None:
        return
    values: Values = hand.kind.values(entity)
    asked = (field, text_of(values.get(field)))
    for task in await uow.tasks.open_for(OPERATIONS[link.kind].value, subject_of(link.kind, link.local_id)):
        if task.account_id == link.account_id and asked in task.details.items():
            narrow(task, [field], now=hand.scope.now)
            await uow.tasks.save(task)
