"""A person did what a task asked for."""

import attrs

from ...domain.shared.ids import TaskId, TenantId
from ...domain.shared.text import check_prose, kept_size
from ...domain.staff.task import StaffTask
from ..ports.clock import Clock
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class TaskDone:
    """``by`` names the person for the record."""

    tenant_id: TenantId
    task_id: TaskId
    by: str
    note: str | None = None


@attrs.frozen
class CompleteTask:
    """Raises NotFound, IllegalTransition (done already), InvalidValue (a text that nobody may have typed)."""

    _transactions: Transactions
    _clock: Clock

    async def __call__(self, done: TaskDone) -> StaffTask:
        """Close it."""
        kept_size(done.by, "by")
        check_prose(done.note or "", "note")

        async def close(uow: UnitOfWork) -> StaffTask:
            task = await uow.tasks.get(done.task_id)
            task.complete(by=done.by, now=self._clock.now(), note=done.note)
            await uow.tasks.save(task)
            return task

        return await self._transactions.run(done.tenant_id, "complete_task", close)
