"""Which fields an undo pins: all but those of an edit that never left the house, where both sides are as they were."""

from collections.abc import Sequence
from datetime import datetime

from ....domain.sync.push import PushState
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import EDIT
from ....domain.sync.undo import Rollback
from ...ports.unit_of_work import UnitOfWork
from ..deciding.newly_paired import is_since_paired
from ..pushes.push_end import was_overtaken
from ..runs.by_hand import Hand


async def to_pin(uow: UnitOfWork, hand: Hand, link: SyncRecord, rollbacks: Sequence[Rollback]) -> Sequence[Rollback]:
    """Those after which the two sides differ, or may: to be asked before what waits for the provider is withdrawn.

    An edit that is undone before anything of it was sent leaves both sides as they were. A pin would only hold off
    what the provider changes later.
    """
    agreed = [
        each
        for each in rollbacks
        if _never_left(hand, link, each) and (await uow.runs.get(each.change.run_id)).kind == EDIT
    ]
    sent = await _sent(uow, link, since=min(each.change.at for each in agreed)) if agreed else frozenset()
    return [each for each in rollbacks if each not in agreed or each.field in sent]


def _never_left(hand: Hand, link: SyncRecord, rollback: Rollback) -> bool:
    """Whether ours goes back to what was agreed on, or to nothing where nothing was ever known of the field; or, where
    the two were not compared since a person said that they are one, to what it held then, so that the law decides as if
    nobody had edited it.
    """
    if link.is_newly_paired:
        return is_since_paired(link, rollback.change)
    name = rollback.field
    return hand.kind.schema.by_name[name].same(rollback.back, link.base.get(name))


async def _sent(uow: UnitOfWork, link: SyncRecord, *, since: datetime) -> frozenset[str]:
    """The fields of which a value may be there, though no look at the record told it."""
    of, key = (link.account_id, link.kind), link.external_id
    pushes = (await uow.pushes.of_records(*of, [key])).get(key, ())
    waiting = [push for push in pushes if push.state is PushState.WAITING]
    # A run that is at it may have sent what nobody has booked yet.
    busy = bool(waiting) and (await uow.sync_states.get(*of)).is_busy
    tried = [push for push in waiting if busy or push.attempts]
    # Nobody asks any more what became of these.
    dropped = await uow.pushes.tried_in_vain(*of, key, since=since)
    tried += [push for push in dropped if not was_overtaken(push)]
    return frozenset(name for push in tried for name in push.values)
