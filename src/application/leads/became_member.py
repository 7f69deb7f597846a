"""A lead became a member at the provider: that is taken over here."""

from collections.abc import Sequence

import attrs

from ...domain.leads.lead import Lead
from ...domain.leads.stage import Stage
from ...domain.shared.ids import LeadId, MemberId
from ...domain.staff.task import MACHINE, TaskReason
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb, Undecided
from ..gym.ensure_called import ensure_called
from ..gym.look_first import Before
from ..ports.clock import Clock
from ..ports.gym import Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.links.doubted import is_decided
from ..sync.records.kinds import LEAD
from ..sync.records.overtaken import IS_MEMBER, end_stage_wish
from ..sync.records.reading import read
from ..sync.records.task_at_provider import subject_of
from ..transactions import Transactions


def was_converted(before: Before) -> bool:
    """Whether the provider had it converted before anybody here asked for that."""
    return read(before.shown).values.get("status") == Stage.CONVERTED.value


@attrs.frozen
class BecameMember:
    """``link`` is of the record that was converted; another lead of ours may have it, where a person is here twice."""

    _transactions: Transactions
    _absorb: Absorb
    _clock: Clock

    async def __call__(
        self,
        account: ProviderAccount,
        lead_id: LeadId,
        link: SyncRecord | None,
        observed: Observed,
        before: Before | None,
        *,
        by: str,
    ) -> tuple[Lead, MemberId]:
        """``by`` says who asked for it. Raises InvalidValue, and Undecided where the member is called otherwise, for
        nobody else is sold anything, or where the lead was taken away here meanwhile.
        """

        async def keep(uow: UnitOfWork) -> tuple[Lead, MemberId]:
            await self._ensure_called(uow, account, lead_id, observed, before)
            if before is not None:
                await self._absorb.converting(uow, account, before)
            member_id = MemberId(await self._absorb.member(uow, account, observed))
            lead = await _here(uow, lead_id)
            is_theirs = before is not None and was_converted(before)
            for each in (lead, *await _other(uow, lead_id, link)):
                was = self._absorb.leads(uow, account).values(each)["status"]
                each.convert(member_id, now=self._clock.now(), is_there=True)
                await uow.leads.save(each)
                await self._close_entering(uow, each)
                await self._close_stages(uow, each)
                linked = await _as_linked(uow, link, each)
                if linked is not None and was != each.stage.value:
                    await self._absorb.told_converted(uow, linked, each, was, by=by, is_theirs=is_theirs)
            return lead, member_id

        return await self._transactions.run(account.tenant_id, "convert_lead", keep)

    async def _close_entering(self, uow: UnitOfWork, lead: Lead) -> None:
        """Nobody need enter it any more; what a person is to decide of it stays."""
        for task in await uow.tasks.open_for(Operation.CREATE_LEAD.value, subject_of(LEAD, lead.id)):
            if task.reason is not TaskReason.UNDECIDED or await is_decided(uow, LEAD, lead.id, task):
                task.complete(by=MACHINE, now=self._clock.now(), note=IS_MEMBER)
                await uow.tasks.save(task)

    async def _close_stages(self, uow: UnitOfWork, lead: Lead) -> None:
        """No stage is left to give it; what else it is to hold is asked for on."""
        for task in await uow.tasks.open_for(Operation.UPDATE_LEAD.value, subject_of(LEAD, lead.id)):
            if end_stage_wish(task, now=self._clock.now()):
                await uow.tasks.save(task)

    async def _ensure_called(
        self, uow: UnitOfWork, account: ProviderAccount, lead_id: LeadId, observed: Observed, before: Before | None
    ) -> None:
        called = [self._absorb.leads(uow, account).values(await _here(uow, lead_id))]
        if before is not None:
            called.append(read(before.shown).values)
        ensure_called(observed, called, LEAD)


async def _other(uow: UnitOfWork, lead_id: LeadId, link: SyncRecord | None) -> Sequence[Lead]:
    """Another lead of ours that has the record, unless it is a member already."""
    if link is None or link.local_id == lead_id:
        return ()
    found = await uow.leads.get_many([LeadId(link.local_id)])
    return [lead for lead in found.values() if lead.member_id is None]


async def _as_linked(uow: UnitOfWork, link: SyncRecord | None, lead: Lead) -> SyncRecord | None:
    """The link as it is today, where it is of this lead."""
    if link is None:
        return None
    today = (await uow.sync_records.by_external_ids(link.account_id, LEAD, [link.external_id])).get(link.external_id)
    return today if today is not None and today.local_id == lead.id else None


async def _here(uow: UnitOfWork, lead_id: LeadId) -> Lead:
    lead = (await uow.leads.get_many([lead_id])).get(lead_id)
    if lead is None:
        raise Undecided("the provider made this lead a member, and it was taken away here meanwhile", LEAD)
    return lead
