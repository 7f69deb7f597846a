"""Which lines of a record of ours an undo may go by: the record at the provider that they tell of may be another's."""

from collections.abc import Sequence

from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork

UNTIED = "what was written is at the provider alone, in a record that ours is not tied to any more: change it there"


async def about_ours(uow: UnitOfWork, link: SyncRecord | None, changes: Sequence[Change]) -> Sequence[Change]:
    """Those that wrote our record, or the one that it is tied to today, also under an id that this had there before.

    What was written to one that ours was taken for once is that one's, and so is the value that it had before.
    """
    ids = {line.external_id for line in changes if not line.wrote_ours}
    own = set() if link is None else await _own_ids(uow, link, ids)
    return [line for line in changes if line.wrote_ours or line.external_id in own]


async def _own_ids(uow: UnitOfWork, link: SyncRecord, external_ids: set[str]) -> set[str]:
    other = external_ids - {link.external_id}
    before = await uow.sync_records.former(link.account_id, link.kind, other) if other else {}
    return {link.external_id, *(key for key, local_id in before.items() if local_id == link.local_id)}
