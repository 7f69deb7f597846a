"""What a person wanted and the provider does not take after all: somebody is asked to see to it there."""

from typing import Any

import attrs

from ....domain.shared.ids import TaskId
from ....domain.staff.task import TaskReason
from ....domain.sync.push import Push
from ....domain.sync.run import EDIT, RESOLVE, UNDO
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.overtaken import asked_of, fields_asked
from ..records.record_kind import RecordKind
from ..records.scope import Scope
from ..records.task_at_provider import alike, edit_task, name_of, subject_of
from .behind import replaced


@attrs.frozen
class UnmetEdits:
    """One kind of record in one scope; used inside the transaction in which the push ends."""

    _kind: RecordKind[Any]
    _scope: Scope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, push: Push, reason: TaskReason, why: str) -> None:
        """Ask, unless nobody wants it by hand, or the same is asked already, or another value was asked for since."""
        # What an undo put back, or a person decided, stays here, and goes there once it may: nobody is asked before the
        # provider refused it.
        by_hand = {EDIT, UNDO, RESOLVE} if reason is TaskReason.REJECTED else {EDIT}
        if push.external_id is None or (await uow.runs.get(push.run_id)).kind not in by_hand:
            return
        entity = (await self._kind.load(uow, [push.local_id])).get(push.local_id)
        if entity is None:
            return
        asked = await asked_of(uow, subject_of(push.kind, push.local_id), push.account_id)
        since = [each for each in asked if each.created_at > push.created_at]
        outdated = {*await replaced(uow, push), *(name for each in since for name in fields_asked(each))}
        values = {name: value for name, value in push.values.items() if name not in outdated}
        if not values:
            return
        task = edit_task(
            id=TaskId(self._ids.new()),
            tenant_id=self._scope.tenant_id,
            account=await uow.accounts.get(self._scope.account_id),
            record=(push.kind, push.external_id, push.local_id),
            name=await name_of(uow, entity, self._kind.values(entity)),
            values=values,
            reason=reason,
            why=why,
            now=self._scope.now,
        )
        if not any(alike(each, task) for each in asked):
            await uow.tasks.add(task)
