"""What a complete listing does not show of what is known here."""

from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

import attrs

from ....domain.sync.guards import Tally
from ....domain.sync.step import count
from ...ports.unit_of_work import UnitOfWork
from ..records.reading import due_again
from ..records.record_kind import RecordKind, Versioned
from ..records.run_books import Opened, RunBooks
from ..records.scope import Scope
from .examined import Examined
from .gone_there import GoneThere
from .walk import Walk

E = TypeVar("E", bound=Versioned)
_SLICE = 1000


@attrs.frozen
class Unlisted(Generic[E]):
    """One kind of record in one scope."""

    _kind: RecordKind[E]
    _scope: Scope
    _gone_there: GoneThere[E]
    _books: RunBooks

    async def __call__(self, opened: Opened, walk: Walk, lost: Collection[str]) -> list[str]:
        """Records that are linked, or of which it is asked whose they are, that a complete listing does not show and
        that are not known to be gone, as far as that would change anything.
        """
        account_id, kind = self._scope.account_id, self._kind.schema.kind
        in_doubt = await self._books.read(opened.run, lambda uow: uow.conflicts.in_doubt(account_id, kind))
        missing = await self._not_shown(opened, walk, lost, sorted(in_doubt))
        after = ""
        while True:

            async def ask(uow: UnitOfWork, after: str = after) -> Sequence[str]:
                return await uow.sync_records.external_ids(account_id, kind, after=after, limit=_SLICE)

            linked = await self._books.read(opened.run, ask)
            if not linked:
                return missing
            missing += await self._not_shown(opened, walk, lost, linked)
            after = linked[-1]

    async def is_too_much(self, opened: Opened, missing: Sequence[str], tally: Tally) -> bool:
        """Whether so many are missing that a guard will hold the plan: then they are not asked for one by one, as a
        person must look anyway. ``tally``: of what was seen so far.
        """
        tally = attrs.evolve(tally, blanked={})
        for start in range(0, len(missing), _SLICE):
            for step in (await self._lost(opened, missing[start : start + _SLICE])).steps:
                count(step, self._kind.schema, tally)
        return not self._scope.policy.guards.deleted.allows(tally.deleted, tally.shared)

    async def _not_shown(
        self, opened: Opened, walk: Walk, lost: Collection[str], external_ids: Sequence[str]
    ) -> list[str]:
        absent = [key for key in walk.generation.missing(external_ids) if key not in lost]
        found = await self._lost(opened, absent)
        return [str(step.external_id) for step in found.steps] + due_again(found.errors)

    async def _lost(self, opened: Opened, external_ids: Sequence[str]) -> Examined:
        return await self._books.read(opened.run, lambda uow: self._gone_there(uow, external_ids, "listing"))
