"""A person did what a task asked for."""

import attrs

from ...domain.shared.ids import TaskId, TenantId
from ...domain.shared.text import check_prose, kept_size
from ...domain.staff.task import StaffTask
from ..ports.clock import Clock
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.task_at_provider import record_of
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
        """Close it. The next sync looks at the provider's record that it was about."""
        kept_size(done.by, "by")
        check_prose(done.note or "", "note")

        async def close(uow: UnitOfWork) -> StaffTask:
            task = await uow.tasks.get(done.task_id)
            task.complete(by=done.by, now=self._clock.now(), note=done.note)
            await uow.tasks.save(task)
            record = record_of(task)
            if record is not None and task.account_id is not None:
                # What they did there may be in fields that listings lack.
                await uow.due.renew(task.account_id, *record)
            return task

        return await self._transactions.run(done.tenant_id, "complete_task", close)
