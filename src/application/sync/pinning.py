"""Overrides are put and taken away in one place, so that the journal tells of each that ends whose it was."""

from collections.abc import Sequence

import attrs

from ...domain.shared.ids import EntryId
from ...domain.sync.decision import FieldDecision
from ...domain.sync.journal import RELEASED, Change, Subject
from ...domain.sync.override import Override
from ...domain.sync.side import Side
from ..ports.clock import IdSource
from ..ports.unit_of_work import UnitOfWork
from .scope import Scope


@attrs.frozen
class Pinning:
    """Used inside a transaction, by whoever pins something or lets it go; the lines are of the scope's run."""

    _scope: Scope
    _ids: IdSource

    async def put(self, uow: UnitOfWork, override: Override, *more: Override) -> None:
        """Pin fields of one record, or it as a whole; what pinned the same field before is replaced."""
        new = {each.field: each for each in (override, *more)}
        held = await pins_of(uow, self._scope, override.kind, override.external_id)
        replaced = [(each, f"{new[each.field].set_by} replaced") for each in held if each.field in new]
        await uow.overrides.put_many(list(new.values()))
        await self._tell(uow, replaced)

    async def let_go(self, uow: UnitOfWork, overrides: Sequence[Override], what: str) -> None:
        """Take these away. ``what``: who did what to them, such as "Eva took away"."""
        for each in overrides:
            await uow.overrides.remove(each.account_id, each.kind, each.external_id, each.field)
        await self._tell(uow, [(each, what) for each in overrides])

    async def _tell(self, uow: UnitOfWork, ended: Sequence[tuple[Override, str]]) -> None:
        if ended:
            await uow.journal.append([self._line(override, what) for override, what in ended])

    def _line(self, override: Override, what: str) -> Change:
        subject = Subject(
            run_id=self._scope.run_id,
            kind=override.kind,
            external_id=override.external_id,
            local_id=override.local_id,
            version=0,
            at=self._scope.now,
        )
        made = FieldDecision(
            field=override.field,
            base=None,
            ours=None,
            theirs=None,
            value=None,
            side=Side.NEITHER,
            rule=RELEASED,
            reason=f"{what} the override {override.law} of {override.set_by}: {override.because}",
        )
        return subject.line(EntryId(self._ids.new()), made)


async def pins_of(uow: UnitOfWork, scope: Scope, kind: str, external_id: str) -> Sequence[Override]:
    """The overrides of a record."""
    return (await uow.overrides.of_records(scope.account_id, kind, [external_id])).get(external_id, ())
