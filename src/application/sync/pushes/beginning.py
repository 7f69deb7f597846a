"""A push is about to be tried, or it is not to be, and why."""

from typing import Generic, TypeVar

import attrs

from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.doubted import why_it_waits
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .behind import waits_its_turn
from .ending import Ending
from .not_wanted import NotWanted
from .push_end import NOT_WANTED, PushEnd
from .unknown_fields import pass_over_unknown, unknown_alone
from .waiting import go_on_waiting
from .withdrawing import how_withdrawn

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class Begun:
    """``push`` is the one to try, as it is by now, None: none is; ``end`` is how it ended instead, None: it did not.
    ``counts`` are for the run.
    """

    push: Push | None = None
    end: PushEnd | None = None
    counts: Counts = attrs.field(factory=Counts)


@attrs.frozen
class Beginning(Generic[E]):
    """One kind of record in one scope; used inside a transaction of its own, with the account claimed."""

    _kind: RecordKind[E]
    _scope: Scope
    _not_wanted: NotWanted
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, push: Push, *, may_write: bool) -> Begun:
        """``push`` as it was read before. ``may_write``: the account may be written to."""
        kept = await uow.pushes.get(push.id)
        if kept.state is not PushState.WAITING:
            return Begun()
        ends = await self._ends(uow, kept, may_write=may_write)
        if ends:
            return await self._ended(uow, kept, ends[0])
        waits_for = await why_it_waits(uow, self._kind, kept)
        if waits_for is not None:
            await go_on_waiting(uow, kept, waits_for, now=self._scope.now)
            return Begun()
        return Begun() if await waits_its_turn(uow, kept) else await self._started(uow, kept)

    async def _ends(self, uow: UnitOfWork, push: Push, *, may_write: bool) -> list[PushEnd | None]:
        """How it ends before it is sent, if so. None among them: it goes on waiting."""
        if not may_write:
            return [await how_withdrawn(uow, self._kind.schema, push)]
        unknown = unknown_alone(self._kind.schema, push)
        if unknown is not None:
            return [unknown]
        if push.attempts and push.values and push.external_id is not None:
            return []  # It may be there, which a look tells.
        return [NOT_WANTED] if await self._not_wanted(uow, push) else []

    async def _ended(self, uow: UnitOfWork, push: Push, end: PushEnd | None) -> Begun:
        if end is None:
            return Begun()
        return Begun(end=end, counts=await Ending(self._kind, self._scope, self._ids)(uow, push, end))

    async def _started(self, uow: UnitOfWork, push: Push) -> Begun:
        passed_over = pass_over_unknown(self._kind.schema, push)
        push.begin()
        push.values, push.expected = await self._kind.as_of_today(uow, [push.values, push.expected])
        await uow.pushes.save(push)
        if passed_over is None:
            return Begun(push)
        await uow.runs.add_errors([self._scope.error(push.kind, push.external_id, passed_over)])
        return Begun(push, counts=Counts(errors=1))
