"""A push ends that the provider did not confirm, and what follows from that here."""

import logging
from typing import Generic, TypeVar

import attrs

from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .behind import take_its_place
from .not_taken_back import NotTakenBack
from .push_end import PushEnd, counted
from .unmet_edits import UnmetEdits

E = TypeVar("E", bound=Versioned)
_log = logging.getLogger(__name__)


@attrs.frozen
class Ending(Generic[E]):
    """One kind of record in one scope; used inside the transaction in which the push ends."""

    _kind: RecordKind[E]
    _scope: Scope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, push: Push, end: PushEnd) -> Counts:
        """Book it. What the run is to count of it."""
        push.end(end.state, now=self._scope.now, why=end.why)
        await uow.pushes.save(push)
        await take_its_place(uow, self._kind.schema, push, push.values)
        if end.asks is not None:
            await UnmetEdits(self._kind, self._scope, self._ids)(uow, push, end.asks, end.why)
        if end.error is not None:
            await uow.runs.add_errors([self._scope.error(push.kind, push.external_id, end.error)])
        if push.external_id is not None and (end.state is PushState.DROPPED or await self._edited_since(uow, push)):
            await uow.due.add(self._scope.account_id, push.kind, [push.external_id])
        asked = await NotTakenBack(self._kind, self._scope, self._ids)(uow, push)
        return asked + counted(end.state) + Counts(errors=int(end.error is not None))

    async def _edited_since(self, uow: UnitOfWork, push: Push) -> bool:
        """Whether ours holds another value by now: while the push was on its way, that did not count."""
        entity = (await self._kind.load(uow, [push.local_id])).get(push.local_id)
        if entity is None:
            return False
        await self._kind.prepare(uow, [push.values], [entity])
        ours, schema = self._kind.values(entity), self._kind.schema.by_name
        return any(not schema[name].same(ours.get(name), value) for name, value in push.values.items())


def tell(push: Push, end: PushEnd) -> None:
    """Log it, once it is kept."""
    level = logging.WARNING if end.is_bad else logging.INFO
    _log.log(level, "push %s", end.state.value, extra={"kind": push.kind, "record": push.external_id, "why": end.why})
