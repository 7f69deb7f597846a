"""What an undo would do about a record that we have no more: it comes back, or cannot."""

from collections.abc import Collection, Sequence

import attrs

from ....domain.sync.canonical import Values
from ....domain.sync.decision import WHOLE
from ....domain.sync.history import end_there, is_end
from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ....domain.sync.undo import first_seen, rollback
from ...ports.unit_of_work import UnitOfWork
from ..edits.taken import Taken
from ..runs.by_hand import Hand
from .undo_plan import RecordUndo, UndoAction, record_undo
from .undo_ties import elsewhere
from .untaken import told_untaken


async def brought_back(
    uow: UnitOfWork,
    hand: Hand,
    link: SyncRecord | None,
    changes: Sequence[Change],
    taken: Taken,
    *,
    to_version: bool,
) -> RecordUndo | None:
    """As it was when it went; ``to_version``: as it was before all of these lines. ``link``: the one that it still has.
    None: the lines do not say that it went.
    """
    schema, back = hand.kind.schema, _lost_there(hand, link, changes)
    if back is None:
        back = await _lost_here(uow, hand, link, changes)
    if back is None or not to_version:
        return back
    other = set(await elsewhere(uow, link, changes)) - {back.external_id}
    back = _as_before(schema, back, changes, other)
    return back if link is None or back.refused else await told_untaken(uow, schema, link, back, taken)


def _as_before(schema: Schema, back: RecordUndo, changes: Sequence[Change], other: Collection[str]) -> RecordUndo:
    """Whoever goes back to a version wants it whatever was edited after it."""
    rollbacks = [attrs.evolve(each, overtaken=False) for each in rollback(schema, back.values, changes, other)]
    fields = {each.field for each in rollbacks}
    seen = tuple(name for name in first_seen(schema, changes, other) if name not in fields)
    values = {**back.values, **{each.field: each.back for each in rollbacks}}
    return attrs.evolve(back, values=values, rollbacks=tuple(rollbacks), first_seen=seen)


def as_it_went(record: RecordUndo) -> Values:
    """What a record that comes back held when it went."""
    since = {each.field: each.now for each in record.rollbacks}
    held = {name: value for name, value in record.values.items() if name not in since}
    return {**held, **{name: value for name, value in since.items() if value is not None}}


async def _lost_here(
    uow: UnitOfWork, hand: Hand, link: SyncRecord | None, changes: Sequence[Change]
) -> RecordUndo | None:
    end = _end(changes)
    values = {} if end is None else _lost(hand.kind.schema, changes, end)
    if end is None or not values:
        return None
    back = record_undo(hand.scope.account_id, link, end, UndoAction.RESTORE, values=values)
    return attrs.evolve(back, gone_by=end.id, refused=await _stand_in(uow, hand, back.external_id))


async def _stand_in(uow: UnitOfWork, hand: Hand, external_id: str) -> str:
    """Why a record cannot come back, though we have it no more: what the provider shows is here as another one."""
    kind = hand.kind.schema.kind
    links = await uow.sync_records.by_external_ids(hand.scope.account_id, kind, [external_id])
    live = await hand.kind.load(uow, [link.local_id for link in links.values()])
    return "".join(f"{kind} {external_id} is here again, as {local_id}: it would be here twice" for local_id in live)


def _end(changes: Sequence[Change]) -> Change | None:
    """The line that says that a record was deleted here, the last one; None: they say nothing of that."""
    gone = [change for change in changes if change.field == WHOLE and is_end(change)]
    return gone[-1] if gone else None


def _lost(schema: Schema, changes: Sequence[Change], end: Change) -> Values:
    """What the record held then, of the fields that there are."""
    return {
        change.field: change.ours
        for change in changes
        if change.run_id == end.run_id and change.field in schema.by_name and not change.is_release
    }


def _lost_there(hand: Hand, link: SyncRecord | None, changes: Sequence[Change]) -> RecordUndo | None:
    """One that is gone there because it was gone here: no sync took it from us. None: the lines say nothing of that."""
    end = end_there(changes)
    if not end:
        return None
    values = {change.field: change.theirs for change in end if change.field in hand.kind.schema.by_name}
    lost = record_undo(hand.scope.account_id, link, changes[-1], UndoAction.RESTORE, values=values)
    why = "somebody deleted it here, and the run only then at the provider: make it anew"
    return attrs.evolve(lost, refused=why)
