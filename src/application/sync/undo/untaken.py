"""What of an undo the providers take no value of."""

import attrs

from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ....domain.sync.undo import Rollback
from ...ports.unit_of_work import UnitOfWork
from ..edits.taken import Taken
from ..links.pins import pins_of
from ..links.tie import is_kept_here
from .undo_plan import RecordUndo


async def told_untaken(
    uow: UnitOfWork, schema: Schema, link: SyncRecord, record: RecordUndo, taken: Taken
) -> RecordUndo:
    """With what of it the provider takes no value of. ``link`` ties it to its record there."""
    takes = taken.get((link.account_id, link.kind))
    if takes is None:
        return record
    untaken = [each for each in record.rollbacks if each.field not in takes]
    another = [each for each in untaken if _shows_another(schema, link, each)]
    # What keeps one away ends when it comes back.
    pins = [pin for pin in await pins_of(uow, link) if record.gone_by is None or pin.change_id != record.gone_by]
    if another and (link.is_newly_paired or is_kept_here(link, pins)):
        # Nothing is promised there: the next run decides, or the provider has no such record.
        another = []
    return attrs.evolve(
        record,
        untaken=tuple(each.field for each in untaken),
        for_staff=tuple(each.field for each in another),
    )


def _shows_another(schema: Schema, link: SyncRecord, rollback: Rollback) -> bool:
    """Whether the provider was seen to hold another value than the one that comes back here."""
    name = rollback.field
    return name in link.base and not schema.by_name[name].same(rollback.back, link.base[name])
