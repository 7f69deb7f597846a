"""A record of ours that the provider lost and has again under another id: what hung on the old id follows, or ends.

So it is whether a sync made it there anew, a person said which record it is, or it was found by what tells a record.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from ...domain.sync.conflict import PAIRING
from ...domain.sync.override import Override
from ...domain.sync.record import SyncRecord
from ..ports.unit_of_work import UnitOfWork
from .parting import part

_WHY = "the record is another one at the provider by now; what differs there is decided anew"


async def is_now(uow: UnitOfWork, before: SyncRecord, external_id: str, *, now: datetime) -> None:
    """Part with the old link: the record is ``external_id`` from now on, whose link is the caller's to write.

    A person's laws are about our record, and follow it. What waits for the old one, was refused of it or is asked about
    it speaks of values that are there no more: the next run compares the new one, and asks where it must.
    """
    of, old = (before.account_id, before.kind), before.external_id
    await part(uow, before, now=now, why=_WHY)
    await uow.overrides.put_many(await pins_under(uow, before, external_id))
    for field in _following(await uow.overrides.of_records(*of, [old]), old):
        await uow.overrides.remove(*of, old, field)
    await uow.due.remove(*of, [old])
    await uow.sync_records.retire(before)


async def pins_under(uow: UnitOfWork, before: SyncRecord, external_id: str) -> Sequence[Override]:
    """The overrides that hold for the record under its new id: of two for one field the one that was set last."""
    old = before.external_id
    found = await uow.overrides.of_records(before.account_id, before.kind, [old, external_id])
    pins = {pin.field: pin for pin in found.get(external_id, ())}
    for field, pin in _following(found, old).items():
        if field not in pins or pins[field].set_at < pin.set_at:
            pins[field] = attrs.evolve(pin, external_id=external_id)
    return list(pins.values())


def _following(found: Mapping[str, Sequence[Override]], external_id: str) -> Mapping[str, Override]:
    """That a record of the provider's is none of ours was said of that one, and stays with it."""
    return {pin.field: pin for pin in found.get(external_id, ()) if pin.field != PAIRING}
