"""What steps want to be written at the provider is kept, in the transaction that decided it, as pushes."""

from collections.abc import Sequence

import attrs

from ....domain.shared.errors import AlreadyExists, StorageConflict
from ....domain.shared.ids import PushId
from ....domain.sync.action import Action
from ....domain.sync.canonical import Values
from ....domain.sync.push import Push
from ....domain.sync.schema import Schema
from ....domain.sync.step import Step, values_of
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.found_again import found_after_all
from ..records.scope import Scope
from .edited_meanwhile import book_edit

_CREATES = frozenset({Action.CREATE_THERE, Action.RESTORE_THERE})


@attrs.frozen
class Outgoing:
    """One kind of record in one scope."""

    _schema: Schema
    _scope: Scope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, steps: Sequence[Step]) -> None:
        """Keep them. Raises StorageConflict when another account came to make one of the records since the look."""
        pushes = [push for step in steps for push in (*self._pushes(step), *await self._edited(uow, step))]
        lost = [step.local_id for step in steps if step.decision.action is Action.RESTORE_THERE and step.local_id]
        if lost:
            # The provider had them since nobody could tell, until now.
            await found_after_all(uow, self._scope.account_id, self._schema.kind, lost, now=self._scope.now)
        for push in pushes:
            try:
                await uow.pushes.add(push)
            except AlreadyExists as error:
                raise StorageConflict(f"{push.kind} {push.local_id} is being made elsewhere") from error

    def _pushes(self, step: Step) -> Sequence[Push]:
        action = step.decision.action
        if step.local_id is None:
            return ()
        if action in _CREATES:
            return [self._new(step, values=values_of(step.inputs.ours), expected={}, external_id=None)]
        if action is Action.DELETE_THERE:
            return [self._new(step, values={}, expected=values_of(step.inputs.theirs), external_id=step.external_id)]
        decided = {name: value for name, value in step.pushes.items() if name not in step.inputs.in_flight}
        return [self._changed(step, decided)] if decided else []

    async def _edited(self, uow: UnitOfWork, step: Step) -> Sequence[Push]:
        """What was edited here while the record was made there goes field by field, as edits do."""
        later = {name: value for name, value in step.pushes.items() if name in step.inputs.in_flight}
        if not later or step.local_id is None or step.decision.action in {*_CREATES, Action.DELETE_THERE}:
            return ()
        of, record = (self._scope.tenant_id, self._scope.account_id), (self._schema.kind, step.external_id or "")
        run_id = await book_edit(uow, self._ids, of, record, now=self._scope.now)
        return [attrs.evolve(self._changed(step, {name: value}), run_id=run_id) for name, value in later.items()]

    def _changed(self, step: Step, values: Values) -> Push:
        theirs = values_of(step.inputs.theirs)
        expected = {name: theirs.get(name) for name in values}
        return self._new(step, values=values, expected=expected, external_id=step.external_id)

    def _new(self, step: Step, *, values: Values, expected: Values, external_id: str | None) -> Push:
        assert step.local_id is not None  # noqa: S101 - looked at by the caller, for the type checker
        return Push(
            id=PushId(self._ids.new()),
            tenant_id=self._scope.tenant_id,
            account_id=self._scope.account_id,
            kind=self._schema.kind,
            external_id=external_id,
            local_id=step.local_id,
            values=values,
            expected=expected,
            run_id=self._scope.run_id,
            created_at=self._scope.now,
            updated_at=self._scope.now,
        )
