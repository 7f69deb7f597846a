"""A conflict that was decided is decided anew."""

from collections.abc import Sequence

import attrs

from ....domain.shared.errors import RuleViolation
from ....domain.shared.ids import ConflictId, TenantId
from ....domain.sync.conflict import PAIRING, Conflict
from ....domain.sync.override import Override
from ....domain.sync.run import RELEASE, Counts
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..edits.ask_staff import ask_no_more
from ..links.pinning import Pinning
from ..pushes.decided_otherwise import withdraw
from ..runs.by_hand import ByHand, link_of
from .unpairing import Unpairing
from .void import ensure_not_void


@attrs.frozen
class Reopened:
    """A conflict that is open again, and the overrides that ended with it."""

    conflict: Conflict
    released: Sequence[Override] = ()


@attrs.frozen
class ReopenConflict:
    """Raises NotFound, IllegalTransition (it is open), AlreadyExists (the field is in conflict again by itself),
    RuleViolation (what it was about, or its field, is not there any more, or was made anew).
    """

    _transactions: Transactions
    _by_hand: ByHand

    async def __call__(self, tenant_id: TenantId, conflict_id: ConflictId, *, by: str) -> Reopened:
        """Open it again, with the values as they are now; ``by`` says who wants it. What was decided stays in the
        records until it is decided otherwise; what waits to be written there of its field is withdrawn. The next run
        settles it when the sides agree by then, as where a push that was on the wire at that moment arrived. A record
        that was linked to one of ours by that decision is linked to none again, until a person decides: no run
        answers that. What pinned its field ends, an undo's pin, too.
        """

        async def work(uow: UnitOfWork) -> Reopened:
            conflict = await uow.conflicts.get(conflict_id)
            await uow.accounts.claim(conflict.account_id)
            hand = await self._by_hand.hold(uow, conflict.account_id, conflict.kind, None)
            ensure_not_void(hand.kind.schema, conflict)
            conflict.reopen(by=by, now=self._by_hand.clock.now())
            taken_back = conflict.field == PAIRING and await Unpairing(self._by_hand)(uow, conflict)
            if conflict.field != PAIRING:
                await self._ensure_linked(uow, conflict)
            if conflict.is_about_field:
                await self._unsettle(uow, conflict)
            released = await self._unpin(uow, conflict, by, taken_back=taken_back)
            await uow.conflicts.save(conflict)
            await uow.due.renew(conflict.account_id, conflict.kind, conflict.external_id)
            return Reopened(conflict, released)

        return await self._transactions.run(tenant_id, "reopen_conflict", work)

    async def _unpin(self, uow: UnitOfWork, conflict: Conflict, by: str, *, taken_back: bool) -> Sequence[Override]:
        """What was pinned by the decision, or since; of a pairing that was taken back whatever was pinned."""
        key = conflict.external_id
        pinned = (await uow.overrides.of_records(conflict.account_id, conflict.kind, [key])).get(key, ())
        going = [each for each in pinned if taken_back or each.field == conflict.field]
        if not going:
            return ()
        hand = await self._by_hand.begin(uow, conflict.account_id, conflict.kind, RELEASE)
        what = "took the pairing back" if taken_back else "reopened the conflict"
        await Pinning(hand.scope, self._by_hand.ids).let_go(uow, going, f"{by} {what}, which ended")
        await self._by_hand.end(uow, hand, Counts(), f"{by} reopened a conflict about {conflict.kind} {key}")
        return going

    async def _ensure_linked(self, uow: UnitOfWork, conflict: Conflict) -> None:
        """A deletion that was decided is no conflict any more, nor is what was made anew since, here or there. Its id
        may be another record's by now, which this was never about.
        """
        links = await uow.sync_records.by_external_ids(conflict.account_id, conflict.kind, [conflict.external_id])
        if conflict.local_id not in {link.local_id for link in links.values()}:
            raise RuleViolation(
                f"{conflict.kind} {conflict.external_id} is not linked to {conflict.local_id} any more, which this was "
                "about: where it was deleted here, undo the run that deleted it to have that back"
            )

    async def _unsettle(self, uow: UnitOfWork, conflict: Conflict) -> None:
        """Nothing counts as agreed on that field but what was agreed before the conflict, and neither a push nor a
        person is to bring there what was decided.
        """
        hand = await self._by_hand.hold(uow, conflict.account_id, conflict.kind, None)
        link = await link_of(uow, hand, conflict.external_id)
        here = await hand.kind.load(uow, [link.local_id])
        await hand.kind.prepare(uow, [link.base], here.values())
        entity = here.get(link.local_id)
        conflict.see(
            base=conflict.base,
            ours=conflict.ours if entity is None else hand.kind.values(entity).get(conflict.field),
            theirs=link.base.get(conflict.field, conflict.theirs),
            edited=conflict.edited,
            run_id=conflict.run_id,
            now=conflict.updated_at,
        )
        await uow.sync_records.put_many([attrs.evolve(link, base={**link.base, conflict.field: conflict.base})])
        await withdraw(uow, link, [conflict.field], now=self._by_hand.clock.now())
        await ask_no_more(uow, hand, link, conflict.field)
