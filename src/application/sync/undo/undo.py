"""Undo: what a change, a run, or everything since a version did to records is put back, and stays put back.

Each field gets its earlier value and an override, so that no later sync undoes the undo; none where both sides agree
again. A record that was created is deleted here and stays away; one that was deleted comes back and stays.
"""

from collections.abc import Collection, Sequence

import attrs

from ....domain.shared.errors import AlreadyExists, NotFound, RuleViolation, StorageConflict
from ....domain.shared.ids import AccountId, EntryId, RunId, TenantId
from ....domain.sync.action import Action
from ....domain.sync.canonical import Values
from ....domain.sync.decision import WHOLE, Decision
from ....domain.sync.guards import Trip
from ....domain.sync.journal import UNDONE
from ....domain.sync.laws import Law
from ....domain.sync.override import Override
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import UNDO, Counts, Run, RunState
from ....domain.sync.side import GONE, Side
from ....domain.sync.step import Inputs, Step
from ...ports.gym import GymProviders
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..applying.applier import Applier
from ..edits.ask_staff import ask_staff
from ..edits.taken import taken_at
from ..edits.write_by_hand import Chosen, WriteByHand
from ..links.link_at import link_at
from ..links.pinning import Pinning
from ..links.pins import pins_at
from ..runs.by_hand import ByHand, Hand, link_of_ours
from .brought_back import as_it_went
from .undo_guard import held_undo, undo_trips, wanted_of
from .undo_pins import to_pin
from .undo_plan import RecordUndo, UndoAction, UndoTarget
from .undo_planner import HandOf, UndoPlanner


@attrs.frozen(kw_only=True)
class Undone:
    """What an undo did. ``run`` is its own, None when there was nothing to do; ``records`` are what was put back;
    ``apart`` are accounts and kinds of records of which fields are pinned, as the provider may hold another value.
    """

    run: Run | None
    records: Sequence[RecordUndo]
    apart: Collection[tuple[AccountId, str]] = ()


@attrs.frozen
class PlanUndo:
    """Shows what an undo would do. Raises NotFound, InvalidValue."""

    _transactions: Transactions
    _by_hand: ByHand
    _gyms: GymProviders

    async def __call__(self, tenant_id: TenantId, target: UndoTarget) -> Sequence[RecordUndo]:
        """Reads only."""
        planner = UndoPlanner(
            self._by_hand, await taken_at(self._transactions, self._gyms, self._by_hand.courses.kinds, tenant_id)
        )
        return await self._transactions.read(tenant_id, lambda uow: planner(uow, target, HandOf(self._by_hand, None)))

    async def trips(self, tenant_id: TenantId, planned: Sequence[RecordUndo], *, overtaken: bool) -> Sequence[Trip]:
        """The guards that would hold what was planned, until it is accepted."""
        wanted = wanted_of(planned, overtaken=overtaken)
        return await self._transactions.read(tenant_id, lambda uow: undo_trips(self._by_hand, uow, wanted))


@attrs.frozen
class Undo:
    """One transaction: all of it or nothing. Raises NotFound, InvalidValue, PlanHeld, RuleViolation (what belongs to
    another record stands in the way, or nothing of it can be done).
    """

    _transactions: Transactions
    _by_hand: ByHand
    _gyms: GymProviders

    async def __call__(
        self, tenant_id: TenantId, target: UndoTarget, *, by: str, overtaken: bool = False, accept_guard: bool = False
    ) -> Undone:
        """Put back; what somebody edited since only with ``overtaken``, and so many deletions that a sync of as many
        would be held only with ``accept_guard``. ``by`` says who wants it.
        """
        planner = UndoPlanner(
            self._by_hand, await taken_at(self._transactions, self._gyms, self._by_hand.courses.kinds, tenant_id)
        )

        async def work(uow: UnitOfWork) -> Undone:
            planned = await planner(uow, target, HandOf(self._by_hand, None, claims=True))
            wanted = wanted_of(planned, overtaken=overtaken)
            if not wanted:
                _ensure_possible(planned)
                return Undone(run=None, records=())
            trips = () if accept_guard else await undo_trips(self._by_hand, uow, wanted)
            if trips:
                raise held_undo(trips[0])
            run = self._run(tenant_id, wanted[0])
            await uow.runs.add(run)
            hand_of = HandOf(self._by_hand, run)
            apart: set[tuple[AccountId, str]] = set()
            for record in wanted:
                hand = await hand_of(uow, record.account_id, record.kind)
                run.counts += await self._undo(uow, hand, record, by, apart)
            run.finish(RunState.COMPLETED, now=self._by_hand.clock.now())
            await uow.runs.save(run)
            return Undone(run=run, records=wanted, apart=apart)

        return await self._transactions.run(tenant_id, "undo", work)

    def _run(self, tenant_id: TenantId, first: RecordUndo) -> Run:
        return Run(
            id=RunId(self._by_hand.ids.new()),
            tenant_id=tenant_id,
            account_id=first.account_id,
            kind=UNDO,
            forced=True,
            started_at=self._by_hand.clock.now(),
        )

    async def _undo(
        self, uow: UnitOfWork, hand: Hand, record: RecordUndo, by: str, apart: set[tuple[AccountId, str]]
    ) -> Counts:
        if record.action is UndoAction.EDIT:
            return await self._edit(uow, hand, record, by, apart)
        try:
            if record.action is UndoAction.DELETE:
                return await self._delete(uow, hand, record, by)
            back = await self._restore(uow, hand, record, by)
        except (AlreadyExists, NotFound) as error:
            # What was there when it was planned is not any more, or the other way round.
            raise _overtaken(record) from error
        if record.rollbacks:
            # It went as it was after these edits: that it goes back before them is an undo as any other.
            await self._edit(uow, hand, record, by, apart)
        return back

    async def _edit(
        self, uow: UnitOfWork, hand: Hand, record: RecordUndo, by: str, apart: set[tuple[AccountId, str]]
    ) -> Counts:
        link = await link_of_ours(uow, hand, record.local_id)
        base: Values = {} if link is None else link.base
        chosen = [
            Chosen(
                field=each.field,
                value=each.back,
                theirs=base.get(each.field),
                side=Side.OURS,
                seen=each.field in base,
            )
            for each in record.rollbacks
        ]
        write, reason = WriteByHand(self._by_hand.ids), f"{by} undid it"
        if link is None:
            # Nobody at the provider would give us back what is put back, so there is nothing to write or to pin there.
            ours = (record.external_id, record.local_id)
            written = await write.here(uow, hand, ours, base, chosen, rule=UNDONE, reason=reason)
            return Counts(updated=int(written.after != written.before))
        pinned = await to_pin(uow, hand, link, record.rollbacks)
        wrote = await write(uow, hand, link, chosen, rule=UNDONE, reason=reason, untaken=record.untaken)
        back = {each.field: each.back for each in record.rollbacks}
        for_staff = {name: back[name] for name in record.for_staff}
        await ask_staff(uow, hand, link, for_staff, given=back.keys(), ids=self._by_hand.ids, what=reason)
        if pinned:
            pins = [self._override(hand, record, each.field, each.change.id, by) for each in pinned]
            await Pinning(hand.scope, self._by_hand.ids).put(uow, *pins)
            apart.add((record.account_id, record.kind))
        return Counts(updated=int(wrote))

    async def _delete(self, uow: UnitOfWork, hand: Hand, record: RecordUndo, by: str) -> Counts:
        link = await link_of_ours(uow, hand, record.local_id)
        entity = (await hand.kind.load(uow, [record.local_id])).get(record.local_id)
        if link is None or entity is None:
            raise _overtaken(record)
        await hand.kind.prepare(uow, [link.base], [entity])
        step = Step(
            external_id=link.external_id,
            local_id=link.local_id,
            local_version=entity.version,
            inputs=Inputs(base=link.base, ours=hand.kind.values(entity), theirs=GONE),
            decision=Decision(action=Action.DELETE_HERE, rule=UNDONE, reason=f"{by} undid that it was made"),
        )
        apply = Applier(hand.kind, hand.scope, self._by_hand.ids, keeps_links=True)
        counts = await apply(uow, [step])
        if not counts.deleted:
            raise RuleViolation(f"others belong to {record.kind} {record.external_id} here: undo those first")
        # The provider may have told before that it is gone there, too.
        await uow.due.renew(record.account_id, record.kind, record.external_id)
        if await self._pin(uow, record) is None:
            end = await self._end(uow, hand, record)
            await Pinning(hand.scope, self._by_hand.ids).put(uow, self._override(hand, record, WHOLE, end, by))
        return counts

    async def _end(self, uow: UnitOfWork, hand: Hand, record: RecordUndo) -> EntryId:
        """The line that tells that this undo took the record away."""
        lines = await uow.journal.of_record(record.kind, record.local_id)
        return [line.id for line in lines if line.run_id == hand.scope.run_id and line.field == WHOLE][-1]

    async def _restore(self, uow: UnitOfWork, hand: Hand, record: RecordUndo, by: str) -> Counts:
        """One that an undo took away is as it was before that; one that the provider lost stays here from now on."""
        of = (record.account_id, record.kind)
        pin, pinning = await self._pin(uow, record), Pinning(hand.scope, self._by_hand.ids)
        kept = await link_at(uow, *of, record.local_id)
        await uow.sync_records.remove_many(*of, [record.external_id])
        # Another record of ours may have had the id since, which an undo took away, too.
        others = [each for each in await pins_at(uow, *of, record.external_id) if not each.is_about(record.local_id)]
        await pinning.let_go(uow, others, f"{by} brought an earlier one back, which ended")
        if pin is None:
            await pinning.put(uow, self._override(hand, record, WHOLE, None, by))
        elif pin.change_id == record.gone_by:
            # Set because it went. Another one holds on.
            await pinning.let_go(uow, [pin], f"{by} brought it back, which ended")
        step = Step(
            external_id=record.external_id,
            local_id=record.local_id,
            inputs=Inputs(base=None, ours=GONE, theirs=as_it_went(record)),
            decision=Decision(action=Action.RESTORE_HERE, rule=UNDONE, reason=f"{by} undid that it was deleted"),
        )
        counts = await Applier(hand.kind, hand.scope, self._by_hand.ids)(uow, [step])
        if counts.errors:
            raise RuleViolation(f"{record.kind} {record.external_id} cannot come back: what it belongs to is not here")
        if not counts.created:
            raise _overtaken(record)
        if kept is not None:
            await self._agree_as_before(uow, hand, kept)
        await uow.due.renew(record.account_id, record.kind, record.external_id)
        return counts

    async def _agree_as_before(self, uow: UnitOfWork, hand: Hand, kept: SyncRecord) -> None:
        """What comes back need not be what the provider was last seen to have: it may have been edited here."""
        link = await link_at(uow, hand.scope.account_id, kept.kind, kept.local_id)
        if link is not None:
            await uow.sync_records.put_many([attrs.evolve(link, base=kept.base, fingerprint=kept.fingerprint)])

    async def _pin(self, uow: UnitOfWork, record: RecordUndo) -> Override | None:
        """What keeps the record as a whole as it is."""
        pins = await pins_at(uow, record.account_id, record.kind, record.external_id)
        return next((each for each in pins if each.field == WHOLE and each.is_about(record.local_id)), None)

    def _override(self, hand: Hand, record: RecordUndo, field: str, change_id: EntryId | None, by: str) -> Override:
        return Override(
            account_id=record.account_id,
            kind=record.kind,
            external_id=record.external_id,
            local_id=record.local_id,
            field=field,
            law=Law.OURS.name,
            because=f"{by} undid a change",
            change_id=change_id,
            set_by=by,
            set_at=hand.scope.now,
        )


def _overtaken(record: RecordUndo) -> StorageConflict:
    """Somebody was faster since it was planned, with the same undo, say: run again, it is planned anew."""
    return StorageConflict(f"{record.kind} {record.external_id} is another since the undo was planned")


def _ensure_possible(planned: Sequence[RecordUndo]) -> None:
    refused = next((each for each in planned if each.refused), None)
    if refused is not None:
        raise RuleViolation(f"{refused.kind} {refused.external_id} {refused.refusal}")
