"""Which lines of a record of ours an undo may go by: the record at the provider that they tell of may be another's."""

from collections.abc import Collection, Sequence

from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork

UNTIED = "what was written is at the provider alone, in a record that ours is not tied to any more: change it there"


async def about_ours(uow: UnitOfWork, link: SyncRecord | None, changes: Sequence[Change]) -> Sequence[Change]:
    """Those that wrote our record, or the one that it is tied to today, also under an id that this had there before.

    What was written to one that ours was taken for once is that one's, and so is the value that it had before.
    """
    own = await _own_ids(uow, link, {line.external_id for line in changes if not line.wrote_ours})
    return [line for line in changes if line.wrote_ours or line.external_id in own]


async def elsewhere(uow: UnitOfWork, link: SyncRecord | None, changes: Sequence[Change]) -> Collection[str]:
    """Records in which something was first seen, and that ours is not tied to today: what it has of theirs is not its
    own.
    """
    ids = {line.external_id for line in changes if line.is_first_seen}
    return ids - await _own_ids(uow, link, ids)


async def _own_ids(uow: UnitOfWork, link: SyncRecord | None, external_ids: set[str]) -> set[str]:
    if link is None:
        return set()
    other = external_ids - {link.external_id}
    before = await uow.sync_records.former(link.account_id, link.kind, other) if other else {}
    return {link.external_id, *(key for key, local_id in before.items() if local_id == link.local_id)}
