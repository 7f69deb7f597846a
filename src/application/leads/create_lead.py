"""Somebody is interested (W9): kept here at once, then made at the provider or given to staff."""

import attrs

from ...domain.leads.lead import Lead
from ...domain.shared.contact import EmailAddress
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId, LeadId, TenantId
from ...domain.shared.text import check_line, check_prose, trimmed_text
from ...domain.staff.task import StaffTask
from ...domain.sync.edit_fate import Prospect
from ...domain.sync.push import Push
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..gym.provider_writes import Outcome, ProviderWrites
from ..gym.wanted import Wanted
from ..ports.clock import Clock, IdSource
from ..ports.gym import NewPerson
from ..ports.phones import PhoneBook
from ..ports.unit_of_work import UnitOfWork
from ..sync.links.elsewhere import claim_all
from ..sync.records.kinds import LEAD
from ..transactions import Transactions
from .entering import Entering, person, to_enter
from .hear_again import HearAgain, Heard, Known, shown_by
from .join_known import Joined, JoinKnown
from .whose import InDoubt, whose


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
    """The lead, and the tasks for staff: where it could not be made at the provider, or a person must say whether it is
    the one that the provider has.

    ``created`` False: the provider had this person already, or we had, and ``lead`` is the one that was kept for them
    here; ``prospects`` tell then what becomes of each value that was given, and ``tasks`` ask what no machine may
    settle.
    """

    lead: Lead
    tasks: tuple[StaffTask, ...] = ()
    created: bool = True
    prospects: tuple[Prospect, ...] = ()

    @property
    def task(self) -> StaffTask | None:
        """The first of them."""
        return self.tasks[0] if self.tasks else None


@attrs.frozen
class _Captured:
    """``person`` is to be entered at the ``account``; ``made`` says that this is under way, and ``begun`` asks a person
    to look whether it was done.
    """

    lead: Lead
    account: ProviderAccount | None = None
    person: NewPerson | None = None
    made: Push | None = None
    begun: StaffTask | None = None


@attrs.frozen
class CreateLead:
    """Raises InvalidValue (no name, malformed e-mail address, a text that nobody may have typed), NotFound (the
    account).
    """

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _phones: PhoneBook
    _clock: Clock
    _ids: IdSource

    async def __call__(self, new: NewLead) -> CreatedLead:
        """Capture it. Without a provider account the lead simply lives here."""
        new = _trimmed(new)
        captured = await self._capture(new)
        # Two at once for one person: the second one finds what the first one made.
        async with self._writes.turn(new.tenant_id, f"person:{EmailAddress(new.email).canonical}"):
            return await self._enter(captured)

    async def _enter(self, captured: _Captured) -> CreatedLead:
        lead, account, made = captured.lead, captured.account, captured.made
        if account is None or captured.person is None:
            return await self._keep(captured, None, None)
        wanted = to_enter(lead, captured.person)
        asked = await self._entering.ask(account, made, captured.person, wanted, begun=captured.begun)
        outcome = asked.outcome
        if outcome.done is not None and made is not None:
            return await self._link(account, lead, made, wanted, outcome)
        if outcome.task is not None and outcome.task is captured.begun:
            # A run makes it by now.
            return CreatedLead(lead, (outcome.task,))
        return await self._keep(captured, outcome.task, asked.gone)

    @property
    def _entering(self) -> Entering:
        return Entering(self._transactions, self._writes, self._absorb, self._clock)

    @property
    def _join(self) -> JoinKnown:
        return JoinKnown(self._absorb, self._phones, self._clock, self._ids)

    async def _capture(self, new: NewLead) -> _Captured:
        if not (new.first_name or new.last_name):
            raise InvalidValue("a lead needs a first or a last name", field="first_name")
        for name in _LINES:
            check_line(getattr(new, name) or "", name)
        check_prose(new.message or "", "message")
        email, now, lead_id = EmailAddress.parse(new.email), self._clock.now(), LeadId(self._ids.new())

        async def add(uow: UnitOfWork) -> _Captured:
            account = await self._writes.account(uow, new.account_id)
            lead = Lead(
                id=lead_id,
                tenant_id=new.tenant_id,
                first_name=new.first_name,
                last_name=new.last_name,
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
            if account is None:
                return _Captured(lead)
            sent = self._absorb.leads(uow, account).values(lead)
            if not account.writes_enabled:
                return _Captured(lead, account, person(sent))
            # Whatever ends the process from now on: nobody makes it a second time, and somebody looks.
            begun = self._writes.tasks.begun(account, to_enter(lead, person(sent)))
            await uow.tasks.add(begun)
            made = await self._absorb.being_made.begin(uow, account, LEAD, lead.id, sent)
            return _Captured(lead, account, person(sent), made, begun)

        return await self._transactions.run(new.tenant_id, "create_lead", add)

    async def _keep(self, captured: _Captured, task: StaffTask | None, gone: str | None) -> CreatedLead:
        """The provider was not asked, or gave no answer, but for a record that is ``gone``."""
        lead = captured.lead

        async def keep(uow: UnitOfWork) -> CreatedLead:
            joined = await self._join(uow, captured.account, lead, captured.made, task, gone=gone)
            return _created(lead, () if task is None else (task,), joined)

        return await self._transactions.run(lead.tenant_id, "keep_lead", keep)

    async def _link(
        self, account: ProviderAccount, lead: Lead, made: Push, wanted: Wanted, outcome: Outcome
    ) -> CreatedLead:
        observed = outcome.done
        assert observed is not None  # noqa: S101 - for the type checker: the caller looked

        async def link(uow: UnitOfWork) -> CreatedLead:
            await claim_all(uow)
            await self._writes.tasks.end(uow, wanted, outcome.begun)
            found = await whose(uow, self._absorb, account, made, observed)
            if isinstance(found, InDoubt):
                task = await self._writes.tasks.undecided(uow, account, wanted, found.why)
                joined = await self._join.answered(uow, account, lead, made, task, found)
                about = lead if joined is None else joined.lead
                await self._entering.leave(uow, account, made, observed, found, about.id)
                return _created(lead, (task,), joined)
            known, heard = found.lead_id, Heard()
            await self._absorb.lead(uow, account, observed, made=found.made, run_id=made.run_id)
            if known != lead.id:
                hear = HearAgain(self._clock, self._ids)
                links = await uow.sync_records.by_external_ids(account.id, LEAD, [observed.external_id])
                there = Known(known, account, links[observed.external_id], shown_by(observed))
                heard = await hear(uow, self._absorb.leads(uow, account).schema, there, lead)
                await self._absorb.being_made.is_another(uow, made, known)
            # Somebody may have deleted it while it was entered.
            here = (await uow.leads.get_many([known])).get(known, lead)
            return CreatedLead(here, heard.tasks, known == lead.id, heard.prospects)

        return await self._transactions.run(account.tenant_id, "link_lead", link)


def _created(lead: Lead, tasks: tuple[StaffTask, ...], joined: Joined | None) -> CreatedLead:
    """With the ``tasks`` of a lead that is no known one."""
    if joined is None:
        return CreatedLead(lead, tasks)
    return CreatedLead(joined.lead, joined.tasks, False, joined.prospects)


def _trimmed(new: NewLead) -> NewLead:
    return attrs.evolve(
        new,
        first_name=new.first_name.strip(),
        last_name=new.last_name.strip(),
        email=new.email.strip(),
        phone=trimmed_text(new.phone),
        message=trimmed_text(new.message),
        interested_in=trimmed_text(new.interested_in),
        source=trimmed_text(new.source),
    )
