"""Who is known here, and linked, is not looked for at the provider by an address: that may be on its way there."""

from ...domain.sync.pairing import found_by
from ...domain.sync.push import Push
from ...domain.sync.record import SyncRecord
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import LeadRecords
from ..sync.links.reviving import waits_to_be_made
from ..sync.records.called import called_alike
from ..sync.records.kinds import LEAD


async def known_there(uow: UnitOfWork, kind: LeadRecords, made: Push) -> SyncRecord | None:
    """The link of the one lead of ours at the account that has the address and the first name of what is to be
    ``made``; that of this lead itself, if it has one by now. None: nobody, or nobody can tell.
    """
    found = await kind.sharing(uow, found_by(kind.schema, made.values))
    ids = {made.local_id, *(one for ids in found.values() for one in ids)}
    links = await uow.sync_records.of_locals(made.account_id, LEAD, ids)
    if made.local_id in links:
        return links[made.local_id]
    here = await kind.load(uow, links)
    known = [
        links[one]
        for one, lead in here.items()
        if called_alike(kind.values(lead), made.values) and not waits_to_be_made(links[one])
    ]
    return known[0] if len(known) == 1 else None
