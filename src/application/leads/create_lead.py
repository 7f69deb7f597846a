"""Somebody is interested (W9): kept here at once, then made at the provider or given to staff."""

import attrs

from ...domain.leads.events import LeadMerged
from ...domain.leads.lead import Lead
from ...domain.shared.contact import EmailAddress
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId, LeadId, TenantId
from ...domain.shared.text import LONGEST_LINE, LONGEST_PROSE, check_length
from ...domain.staff.task import StaffTask
from ...domain.sync.canonical import Values
from ...domain.sync.pairing import found_by
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..gym.lead_creation import answered, creation
from ..gym.provider_writes import ProviderWrites, Wanted
from ..ports.clock import Clock, IdSource
from ..ports.gym import GymGateway, NewPerson, Operation
from ..ports.phones import PhoneBook
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.kinds import LEAD
from ..sync.lead_records import LeadRecords
from ..sync.sent import sent
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class NewLead:
    """Who, and what they want. ``account_id`` names the account when the tenant has several."""

    tenant_id: TenantId
    first_name: str
    last_name: str
    email: str
    phone: str | None = None
    message: str | None = None
    interested_in: str | None = None
    source: str | None = None
    account_id: AccountId | None = None


_LINES = ("first_name", "last_name", "email", "phone", "interested_in", "source")


@attrs.frozen
class CreatedLead:
    """The lead, and the task for staff where it could not be made at the provider.

    ``created`` False: the provider had this person already, and ``lead`` is the one that was kept for them here.
    """

    lead: Lead
    task: StaffTask | None = None
    created: bool = True


@attrs.frozen
class CreateLead:
    """Raises InvalidValue (no name, malformed e-mail address, a text that is too long), NotFound (the account)."""

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _phones: PhoneBook
    _clock: Clock
    _ids: IdSource

    async def __call__(self, new: NewLead) -> CreatedLead:
        """Capture it. Without a provider account the lead simply lives here."""
        lead, account, values = await self._capture(new)
        if account is None:
            return CreatedLead(lead)
        person = NewPerson(
            first_name=lead.first_name,
            last_name=lead.last_name,
            email=lead.email.raw if lead.email else None,
            phone=lead.phone.raw if lead.phone else None,
            notes=_notes(new),
        )

        async def create(gym: GymGateway) -> Observed:
            return await gym.create_lead(person)

        # Two at once for one person: the second one finds what the first one made.
        async with self._writes.turn(new.tenant_id, f"person:{EmailAddress(new.email).canonical}"):
            trace = creation(account, lead, values, clock=self._clock, ids=self._ids)
            outcome = await self._writes(account, _wanted(lead, person), create, trace)
            if outcome.done is None:
                return CreatedLead(lead, outcome.task)
            return await self._link(account, lead, outcome.done)

    async def _capture(self, new: NewLead) -> tuple[Lead, ProviderAccount | None, Values]:
        if not (new.first_name.strip() or new.last_name.strip()):
            raise InvalidValue("a lead needs a name", field="first_name")
        for name in _LINES:
            check_length(getattr(new, name) or "", name, longest=LONGEST_LINE)
        check_length(new.message or "", "message", longest=LONGEST_PROSE)
        email, now, lead_id = EmailAddress.parse(new.email), self._clock.now(), LeadId(self._ids.new())

        async def add(uow: UnitOfWork) -> tuple[Lead, ProviderAccount | None, Values]:
            account = await self._writes.account(uow, new.account_id)
            lead = Lead(
                id=lead_id,
                tenant_id=new.tenant_id,
                first_name=new.first_name.strip(),
                last_name=new.last_name.strip(),
                email=email,
                phone=self._phones.read(new.phone, uow.tenant.region) if new.phone else None,
                message=new.message,
                interested_in=new.interested_in,
                source=new.source,
                created_at=now,
                updated_at=now,
            )
            lead.capture(now=now)
            await uow.leads.add(lead)
            return lead, account, {} if account is None else self._records(uow, account).values(lead)

        return await self._transactions.run(new.tenant_id, "create_lead", add)

    async def _link(self, account: ProviderAccount, made: Lead, observed: Observed) -> CreatedLead:
        async def link(uow: UnitOfWork) -> CreatedLead:
            await uow.accounts.claim(account.id)
            links = await uow.sync_records.by_external_ids(account.id, LEAD, [observed.external_id])
            known = next((LeadId(link.local_id) for link in links.values()), None)
            if known is None and (earlier := await self._earlier(uow, account, made)) is not None:
                known, values = earlier
                await self._absorb.lead(uow, account, observed, made=await uow.leads.get(known), sent=values)
                await answered(uow, account, known, clock=self._clock)
                await self._merge(uow, known, made.id)
            else:
                if known is not None and known != made.id:
                    await self._merge(uow, known, made.id)
                await self._absorb.lead(uow, account, observed, made=made)
            await answered(uow, account, made.id, clock=self._clock)
            kept = made.id if known is None else known
            return CreatedLead(await uow.leads.get(kept), created=kept == made.id)

        return await self._transactions.run(account.tenant_id, "link_lead", link)

    async def _earlier(self, uow: UnitOfWork, account: ProviderAccount, made: Lead) -> tuple[LeadId, Values] | None:
        """The lead that was sent before with the same address, and may be what the provider answers with; and what was
        sent of it.
        """
        kind = self._records(uow, account)
        found = (await sent(uow, kind, account.id)).with_keys(found_by(kind.schema, kind.values(made)))
        here = [one for one in await uow.leads.get_many([LeadId(one) for one in found]) if one != made.id]
        return (LeadId(here[0]), found[here[0]]) if len(here) == 1 else None

    def _records(self, uow: UnitOfWork, account: ProviderAccount) -> LeadRecords:
        region = uow.tenant.region
        return LeadRecords(uow.tenant, account.id, lambda raw: self._phones.read(raw, region))

    async def _merge(self, uow: UnitOfWork, known: LeadId, captured: LeadId) -> None:
        lead = await uow.leads.get(known)
        now = self._clock.now()
        lead.hear_again(await uow.leads.get(captured), now=now)
        await uow.leads.save(lead)
        await uow.leads.remove(captured)
        uow.events.record(LeadMerged(subject_id=captured, occurred_at=now, into=known))


def _notes(new: NewLead) -> str | None:
    """Message and interest in one text, for providers that have no field for them."""
    parts = [new.message, f"Interested in: {new.interested_in}" if new.interested_in else None]
    return "\n".join(p for p in parts if p) or None


def _wanted(lead: Lead, person: NewPerson) -> Wanted:
    return Wanted(
        operation=Operation.CREATE_LEAD,
        title=f"Enter the lead {lead.name} at the provider",
        subject=f"lead:{lead.id}",
        details=attrs.asdict(person),
    )
