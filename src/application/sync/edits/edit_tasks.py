"""What of an edit only a person can do at the provider: one open task for each field, with the value that is wanted."""

from collections.abc import Collection
from datetime import datetime

import attrs

from ....domain.shared.ids import TaskId
from ....domain.staff.task import StaffTask
from ....domain.sync.edit_fate import Fate
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork
from ..records.overtaken import asked_of, asked_otherwise, narrow
from ..records.task_at_provider import alike, edit_task, subject_of
from ..runs.by_hand import ByHand
from .edit_outlook import Outlook, Person


@attrs.frozen
class EditTasks:
    """Used inside the transaction of the edit."""

    _by_hand: ByHand

    async def __call__(
        self, uow: UnitOfWork, outlook: Outlook, saved: Person, wanted: Collection[str]
    ) -> StaffTask | None:
        """The task for what only a person can change, where there is something. ``wanted``: as for ``ask_at``."""
        task = self._task(uow, outlook, saved) if outlook.of(Fate.TASK) else None
        now = self._by_hand.clock.now()
        return await ask_at(uow, outlook.link, task, wanted=wanted, now=now)

    def _task(self, uow: UnitOfWork, outlook: Outlook, saved: Person) -> StaffTask:
        link = outlook.link
        return edit_task(
            id=TaskId(self._by_hand.ids.new()),
            tenant_id=uow.tenant.id,
            account=outlook.account,
            record=(link.kind, link.external_id, link.local_id),
            name=saved.name,
            values={name: outlook.after.get(name) for name in outlook.of(Fate.TASK)},
            reason=outlook.hindered_by,
            why=next(each.reason for each in outlook.prospects if each.fate is Fate.TASK),
            now=self._by_hand.clock.now(),
        )


async def ask_at(
    uow: UnitOfWork, link: SyncRecord, task: StaffTask | None, *, wanted: Collection[str], now: datetime
) -> StaffTask | None:
    """Ask what the ``task`` says, if there is one. ``wanted`` are all fields that somebody gave a value: what was asked
    for one of them before, also at the counter, is asked no more.

    Asking twice for the same while the task is open makes no second one.
    """
    same = None
    for waiting in await asked_of(uow, subject_of(link.kind, link.local_id), link.account_id):
        if task is not None and alike(waiting, task):
            same = waiting
        elif narrow(waiting, asked_otherwise(waiting, wanted), now=now):
            await uow.tasks.save(waiting)
    if task is not None and same is None:
        await uow.tasks.add(task)
    return same or task
