"""What waits to be written of a field is withdrawn when a person says otherwise."""

from collections.abc import Collection
from datetime import datetime

from ....domain.sync.push import PushState
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork


async def withdraw(uow: UnitOfWork, link: SyncRecord, fields: Collection[str], *, now: datetime) -> None:
    """What waited to be written to these fields is not what is wanted any more; nor is the record to be made anew with
    them, unless it was sent: that may be there. What is on the wire may arrive all the same: the record is to be due.
    """
    found = await uow.pushes.of_records(link.account_id, link.kind, [link.external_id])
    making = await uow.pushes.creations(link.account_id, link.kind, [link.local_id])
    unsent = [push for push in making.values() if not push.attempts]
    for push in (*found.get(link.external_id, ()), *unsent):
        if push.state is PushState.WAITING and not push.values.keys().isdisjoint(fields):
            push.end(PushState.DROPPED, now=now, why="somebody decided otherwise")
            await uow.pushes.save(push)
