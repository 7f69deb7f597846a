"""What was under way between a provider's record and ours ends when the two are not one any more."""

from datetime import datetime

from ....domain.sync.conflict import PAIRING
from ....domain.sync.push import PushState
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork


async def part(uow: UnitOfWork, link: SyncRecord, *, now: datetime, why: str) -> int:
    """What waits for the provider's record, was refused of it or is asked about it with ours ends; the link is the
    caller's to take away. How many pushes waited.

    Which of ours the provider's record is may still be asked: that is about the provider's alone.
    """
    of, key = (link.account_id, link.kind), link.external_id
    waited = 0
    for push in (await uow.pushes.of_records(*of, [key])).get(key, ()):
        waited += push.state is PushState.WAITING
        push.end(PushState.DROPPED, now=now, why=why)
        await uow.pushes.save(push)
    for conflict in (await uow.conflicts.open_of(*of, [key])).get(key, ()):
        if conflict.field != PAIRING:
            conflict.settle(now=now)
            await uow.conflicts.save(conflict)
    return waited
