"""What of an undo only a person can do at the provider: one open task for each record, with what comes back."""

from ....domain.shared.ids import TaskId
from ....domain.staff.task import TaskReason
from ....domain.sync.record import SyncRecord
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..edits.edit_tasks import ask_at
from ..records.task_at_provider import edit_task, name_of
from ..runs.by_hand import Hand
from .undo_plan import RecordUndo


async def ask_staff(
    uow: UnitOfWork, hand: Hand, link: SyncRecord, record: RecordUndo, ids: IdSource, *, why: str
) -> None:
    """Used in the transaction that put it back. What was asked before for one of its fields is asked no more."""
    entity = (await hand.kind.load(uow, [link.local_id]))[link.local_id]
    name, back = name_of(hand.kind.values(entity)), {each.field: each.back for each in record.rollbacks}
    task = None
    if record.for_staff:
        task = edit_task(
            id=TaskId(ids.new()),
            tenant_id=hand.scope.tenant_id,
            account=hand.opened.account,
            record=(link.kind, link.external_id, link.local_id),
            name=name,
            values={field: back[field] for field in record.for_staff},
            reason=TaskReason.UNSUPPORTED,
            why=why,
            now=hand.scope.now,
        )
    await ask_at(uow, link, task, wanted=back.keys(), name=name, now=hand.scope.now)
