"""What somebody edited here since a person said which record at the provider it is, and before the two were compared.

Nothing is agreed on then, so no base tells such an edit from an old difference; the journal does.
"""

from collections.abc import Collection, Iterable, Mapping

from ....domain.sync.journal import LOCAL_EDIT
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork


async def edited_since_paired(uow: UnitOfWork, links: Iterable[SyncRecord]) -> Mapping[str, Collection[str]]:
    """The fields, by external id; only of those that were just paired, which are few."""
    found: dict[str, Collection[str]] = {}
    for link in links:
        if link.is_newly_paired:
            lines = await uow.journal.of_record(link.kind, link.local_id)
            found[link.external_id] = {
                line.field
                for line in lines
                if line.rule == LOCAL_EDIT and line.external_id == link.external_id and line.at >= link.synced_at
            }
    return found
