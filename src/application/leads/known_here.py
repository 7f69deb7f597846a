"""Who enters themselves again may be known here, whatever a provider can say about it at this moment."""

from collections.abc import Mapping
from uuid import UUID

from ...domain.leads.lead import Lead
from ...domain.shared.ids import LeadId
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import values_of
from ..sync.links.elsewhere import elsewhere
from ..sync.links.reviving import waits_to_be_made
from ..sync.records.called import called_alike
from ..sync.records.kinds import LEAD
from .hear_again import Known


async def known_here(uow: UnitOfWork, account: ProviderAccount | None, captured: Lead) -> Known | None:
    """The lead of the address and the first name of the one that was ``captured``: the one that the ``account`` has,
    else the first of those that none is known to have. None: nobody, or a person has to tell.
    """
    if captured.email is None:
        return None
    found = await uow.leads.of_addresses([captured.email.canonical])
    ids = [one for ids in found.values() for one in ids if one != captured.id]
    said = values_of(captured)
    alike = {one: each for one, each in (await uow.leads.get_many(ids)).items() if called_alike(values_of(each), said)}
    links: Mapping[UUID, SyncRecord] = {}
    if account is not None:
        links = await uow.sync_records.of_locals(account.id, LEAD, alike)
        taken = await elsewhere(uow, account.id, LEAD, alike)
        alike = {one: each for one, each in alike.items() if one in links or one not in taken}
    if len(links) > 1 or any(map(waits_to_be_made, links.values())):
        return None
    # Several wait for their turn at once: each finds the first one.
    one = min(links or alike, key=lambda one: (alike[LeadId(one)].created_at, one), default=None)
    if one is None or await uow.conflicts.about(LEAD, [one]):
        return None
    return Known(LeadId(one), account, links.get(one))
