"""An undo may delete as much as a sync: the same guard looks at it."""

from collections import Counter
from collections.abc import Sequence

import attrs

from ....domain.sync.guards import Tally, Trip
from ....domain.sync.kept_plan import PlanHeld
from ...ports.unit_of_work import UnitOfWork
from ..runs.by_hand import ByHand
from .undo_plan import RecordUndo, UndoAction


async def undo_trips(by_hand: ByHand, uow: UnitOfWork, records: Sequence[RecordUndo]) -> Sequence[Trip]:
    """The guards that an undo of exactly these trips, by account and kind of record."""
    going = Counter((each.account_id, each.kind) for each in records if each.action is UndoAction.DELETE)
    found: list[Trip] = []
    for (account_id, kind), count in going.items():
        hand = await by_hand.hold(uow, account_id, kind, None)
        linked = await uow.sync_records.counts(account_id, [kind])
        tally = Tally(shared=linked[kind], deleted=count)
        found += tally.trips(hand.scope.policy.guards)
    return found


def held_undo(trip: Trip) -> PlanHeld:
    """The refusal, with the numbers of the guard."""
    return PlanHeld(f"a guard holds this undo: {trip.message}", guard=trip.guard, count=trip.count, shared=trip.shared)


def wanted_of(planned: Sequence[RecordUndo], *, overtaken: bool) -> Sequence[RecordUndo]:
    """What is done of what could be: what somebody edited since only with ``overtaken``, what is refused never."""
    return [each for each in (_wanted(one, overtaken=overtaken) for one in planned) if each is not None]


def _wanted(record: RecordUndo, *, overtaken: bool) -> RecordUndo | None:
    if record.refused:
        return None
    if record.action is not UndoAction.EDIT:
        return None if record.overtaken and not overtaken else record
    kept = tuple(each for each in record.rollbacks if overtaken or not each.overtaken)
    fields = {each.field for each in kept}
    for_staff = tuple(name for name in record.for_staff if name in fields)
    return attrs.evolve(record, rollbacks=kept, for_staff=for_staff) if kept else None
