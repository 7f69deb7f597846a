"""Overrides are put and taken away in one place, so that the journal tells of each that ends whose it was."""

from collections.abc import Sequence

import attrs

from ....domain.shared.ids import EntryId
from ....domain.sync.conflict import PAIRING
from ....domain.sync.decision import FieldDecision
from ....domain.sync.journal import RELEASED, Change, Subject
from ....domain.sync.override import Override
from ....domain.sync.record import SyncRecord
from ....domain.sync.side import Side
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.scope import Scope
from .pins import moved, pins_at


@attrs.frozen
class Pinning:
    """Used inside a transaction, by whoever pins something or lets it go; the lines are of the scope's run."""

    _scope: Scope
    _ids: IdSource

    async def put(self, uow: UnitOfWork, override: Override, *more: Override) -> None:
        """Pin fields of one record, or it as a whole; what pinned the same field before is replaced."""
        new = {each.field: each for each in (override, *more)}
        held = await pins_at(uow, override.account_id, override.kind, override.external_id)
        replaced = [(each, f"{new[each.field].set_by} replaced") for each in held if each.field in new]
        await uow.overrides.put_many(list(new.values()))
        await self._tell(uow, replaced)

    async def let_go(self, uow: UnitOfWork, overrides: Sequence[Override], what: str) -> None:
        """Take these away. ``what``: who did what to them, such as "Eva took away"."""
        for each in overrides:
            await uow.overrides.remove(each.account_id, each.kind, each.external_id, each.field)
        await self._tell(uow, [(each, what) for each in overrides])

    async def follow(self, uow: UnitOfWork, before: SyncRecord, external_id: str) -> None:
        """The record is another one at the provider from now on: what is pinned of it goes with it. Of two for one
        field the one that was set last holds on; what is left there of other records of ours ends.
        """
        of, old = (before.account_id, before.kind), before.external_id
        found = await uow.overrides.of_records(*of, [old, external_id])
        holding = moved(before, external_id, found)
        there, leaving = found.get(external_id, ()), [pin for pin in found.get(old, ()) if pin.field != PAIRING]
        lost = [pin for pin in (*leaving, *there) if attrs.evolve(pin, external_id=external_id) not in holding.values()]
        gone = [pin for pin in lost if not pin.is_about(before.local_id)]
        await self.let_go(uow, gone, "its record is gone, which ended")
        await self.let_go(uow, [pin for pin in lost if pin not in gone], "another that was set later replaced")
        for pin in leaving:
            if pin not in lost:
                await uow.overrides.remove(*of, old, pin.field)
        await uow.overrides.put_many([pin for pin in holding.values() if pin not in there])

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
