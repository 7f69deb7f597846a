"""A person took back that a record of ours is another one at the provider by now: it is the one again that it was."""

from datetime import timedelta

import attrs

from ....domain.sync.conflict import PAIRING, Conflict
from ....domain.sync.record import UNCOMPARED, SyncRecord
from ...ports.unit_of_work import UnitOfWork
from ..records.task_at_provider import readdress
from .former_link import link_told_by
from .pins import pins_of

_A_SECOND = timedelta(seconds=1)


async def tie_back(uow: UnitOfWork, link: SyncRecord, asked: Conflict) -> None:
    """``link`` is taken away, and was made by what a person answered to that, the ``former`` answer by now. Nothing
    happens where ours had no other before.

    The provider lost that other one, as far as was known, and what was agreed on with it is known no more: so a run
    asks what becomes of ours, and makes it nowhere. What was pinned of single fields before goes back with it, and so
    does what the staff are asked to do there.
    """
    before = await _before(uow, link, asked)
    if before is None or asked.former is None:
        return
    since = asked.former.at
    held = [pin for pin in await pins_of(uow, link) if pin.field != PAIRING and pin.set_at < since]
    for pin in held:
        await uow.overrides.remove(pin.account_id, pin.kind, pin.external_id, pin.field)
    await uow.overrides.put_many([attrs.evolve(pin, external_id=before.external_id) for pin in held])
    await uow.sync_records.put_many([before])
    await readdress(uow, link, before.external_id)
    await uow.due.renew(before.account_id, before.kind, before.external_id)


async def _before(uow: UnitOfWork, link: SyncRecord, asked: Conflict) -> SyncRecord | None:
    """As the last line tells it that the journal has of ours under another id, if that was retired for this one. It was
    linked before that was asked: so ours may be the answer again.
    """
    lines = await uow.journal.of_record(link.kind, link.local_id)
    last = next((line for line in reversed(lines) if line.external_id not in {"", link.external_id}), None)
    if last is None:
        return None
    former = await uow.sync_records.former(link.account_id, link.kind, [last.external_id])
    if former.get(last.external_id) != link.local_id:
        return None
    told = link_told_by(last, link.account_id)
    at = min(told.synced_at, asked.opened_at - _A_SECOND)
    return attrs.evolve(told, local_version=UNCOMPARED, run_id=link.run_id, synced_at=at)
