"""Who enters themselves again may be known here, whatever a provider can say about it at this moment."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ...domain.leads.lead import Lead
from ...domain.shared.ids import LeadId
from ...domain.staff.task import TaskReason
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.gym import Operation
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import values_of
from ..sync.links.elsewhere import elsewhere
from ..sync.links.reviving import waits_to_be_made
from ..sync.records.called import called_alike
from ..sync.records.kinds import LEAD
from ..sync.records.task_at_provider import subject_of
from .hear_again import Known


async def known_here(
    uow: UnitOfWork, account: ProviderAccount | None, captured: Lead, *, gone: str | None = None
) -> Known | None:
    """The lead of the address and the first name of the one that was ``captured``: the one that the ``account`` has,
    else the first of those that none is known to have. ``gone``: a record there that was just seen to be no more. None:
    nobody, or a person has to tell.
    """
    alike, links = await _alike(uow, account, captured)
    lost = {one for one, link in links.items() if link.external_id == gone}
    alike = {one: each for one, each in alike.items() if one not in lost}
    links = {one: link for one, link in links.items() if one not in lost}
    if len(links) > 1 or any(map(waits_to_be_made, links.values())):
        return None
    # Several wait for their turn at once: each finds the first one.
    one = min(links or alike, key=lambda one: _age(alike, one), default=None)
    if one is not None and await uow.conflicts.about(LEAD, [one]):
        # Whatever is said of the provider's record, who wrote before is who writes again.
        one = None if links else await _who_wrote(uow, alike)
    return None if one is None else Known(LeadId(one), account, links.get(one))


async def who_wrote_before(uow: UnitOfWork, account: ProviderAccount, captured: Lead) -> Known | None:
    """As above, where nobody may say whose the record is with which the ``account`` answered: of those that it does not
    have.
    """
    alike, links = await _alike(uow, account, captured)
    one = None if links else await _who_wrote(uow, alike)
    return None if one is None else Known(LeadId(one), account)


async def _alike(
    uow: UnitOfWork, account: ProviderAccount | None, captured: Lead
) -> tuple[Mapping[UUID, Lead], Mapping[UUID, SyncRecord]]:
    """Those that may be known, and the links of those of them that the account has. One that it lost, and that was sent
    to be made there anew, waits as any other that was sent.
    """
    if captured.email is None:
        return {}, {}
    found = await uow.leads.of_addresses([captured.email.canonical])
    ids = [one for ids in found.values() for one in ids if one != captured.id]
    said = values_of(captured)
    alike: Mapping[UUID, Lead] = {
        one: each for one, each in (await uow.leads.get_many(ids)).items() if called_alike(values_of(each), said)
    }
    if account is None:
        return alike, {}
    links = await uow.sync_records.of_locals(account.id, LEAD, alike)
    taken = await elsewhere(uow, account.id, LEAD, alike)
    making = await uow.pushes.creations(account.id, LEAD, links) if links else {}
    sent = {one for one, push in making.items() if push.was_sent and waits_to_be_made(links[one])}
    return (
        {one: each for one, each in alike.items() if one in links or one not in taken},
        {one: link for one, link in links.items() if one not in sent},
    )


async def _who_wrote(uow: UnitOfWork, alike: Mapping[UUID, Lead]) -> UUID | None:
    """The first of those of whom a person is to decide already who they are, as they were entered before; else the only
    one.
    """
    for one in sorted(alike, key=lambda one: _age(alike, one)):
        tasks = await uow.tasks.open_for(Operation.CREATE_LEAD.value, subject_of(LEAD, one))
        if any(task.reason is TaskReason.UNDECIDED for task in tasks):
            return one
    return next(iter(alike)) if len(alike) == 1 else None


def _age(alike: Mapping[UUID, Lead], one: UUID) -> tuple[datetime, UUID]:
    return alike[one].created_at, one
