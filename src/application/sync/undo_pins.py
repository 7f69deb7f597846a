"""Which fields an undo pins: all but those of an edit that never left the house, where both sides agree again."""

from collections.abc import Sequence

from ...domain.sync.push import PushState
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import EDIT
from ...domain.sync.undo import Rollback
from ..ports.unit_of_work import UnitOfWork
from .by_hand import Hand


async def to_pin(uow: UnitOfWork, hand: Hand, link: SyncRecord, rollbacks: Sequence[Rollback]) -> Sequence[Rollback]:
    """Those after which the two sides differ, or may: to be asked before what waits for the provider is withdrawn.

    An edit that is undone before anything of it was sent leaves both sides as they agreed. A pin would only hold off
    what the provider changes later.
    """
    pushes = await uow.pushes.of_records(link.account_id, link.kind, [link.external_id])
    waiting = [push for push in pushes.get(link.external_id, ()) if push.state is PushState.WAITING]
    # A run that is at it may have sent what nobody has booked yet.
    busy = bool(waiting) and (await uow.sync_states.get(link.account_id, link.kind)).is_busy
    sent = {name for push in waiting if busy or push.attempts for name in push.values}
    fields = hand.kind.schema.by_name
    return [
        each
        for each in rollbacks
        if each.field in sent
        or each.field not in link.base
        or not fields[each.field].same(each.back, link.base[each.field])
        or (await uow.runs.get(each.change.run_id)).kind != EDIT
    ]
