"""A lead becomes a member with a membership (W13)."""

from datetime import date

import attrs

from ...domain.leads.lead import Lead
from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.shared.errors import AlreadyExists, InvalidValue, NotConfigured
from ...domain.shared.ids import AccountId, LeadId, MemberId, TenantId
from ...domain.staff.task import StaffTask
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..gym.look_first import Before, Over
from ..gym.provider_writes import ProviderWrites, Wanted
from ..membership.create_membership import CreateMembership
from ..membership.sale_terms import SaleTerms, ensure_named, settle_terms
from ..ports.clock import Clock
from ..ports.gym import GymGateway, NewPerson, Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import LEAD
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class Conversion:
    """Which lead, and what it buys: a package's id or name from a civil date of the tenant on.

    ``account_id`` names the account for a lead that no provider knows yet, when the tenant has several.
    """

    tenant_id: TenantId
    lead_id: LeadId
    package: str
    starts_on: date
    payment_method: str = "card"
    account_id: AccountId | None = None


@attrs.frozen(kw_only=True)
class Converted:
    """The lead, and as far as the provider made them the member and membership; else the task for staff."""

    lead: Lead
    member: Member | None = None
    membership: Membership | None = None
    task: StaffTask | None = None


@attrs.frozen
class ConvertLead:
    """Raises NotFound, IllegalTransition (converted already, or lost), InvalidValue, NotConfigured (no account)."""

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _create_membership: CreateMembership
    _clock: Clock

    async def __call__(self, conversion: Conversion) -> Converted:
        """Convert it: first the person at the provider, then the sale."""
        ensure_named(conversion.package)
        async with self._writes.turn(conversion.tenant_id, f"lead:{conversion.lead_id}"):
            return await self._convert(conversion)

    async def _convert(self, conversion: Conversion) -> Converted:
        lead, account, link, terms = await self._load(conversion)

        async def convert(gym: GymGateway) -> Observed:
            known = link.external_id if link else (await gym.create_lead(_person(lead))).external_id
            return await gym.convert_lead(known)

        wanted = _wanted(lead, terms, link.external_id if link else None)
        over = Over(link=link, fields=("status",)) if link else None
        # The sale belongs to it: whoever dies before that leaves a task that says what was to be sold.
        outcome = await self._writes(account, wanted, convert, over=over, goes_on=True)
        if outcome.done is None:
            return Converted(lead=lead, task=outcome.task)
        try:
            lead, member_id = await self._keep(conversion, account, outcome.done, outcome.before)
        except InvalidValue as error:
            in_doubt = await self._writes.in_doubt(account, wanted, error, outcome.begun)
            return Converted(lead=lead, task=in_doubt.task)
        try:
            sold = await self._create_membership.to_member(terms, account, member_id, outcome.done.external_id)
        except AlreadyExists:
            await self._writes.finish(account, wanted, outcome.begun)
            raise
        await self._writes.finish(account, wanted, outcome.begun)
        return Converted(lead=lead, member=sold.member, membership=sold.membership, task=sold.task)

    async def _load(self, conversion: Conversion) -> tuple[Lead, ProviderAccount, SyncRecord | None, SaleTerms]:
        async def ask(uow: UnitOfWork) -> tuple[Lead, ProviderAccount, SyncRecord | None, SaleTerms]:
            lead = await uow.leads.get(conversion.lead_id)
            lead.ensure_convertible()
            account, link = await self._home(uow, lead, conversion.account_id)
            terms = await settle_terms(
                uow,
                account,
                package=conversion.package,
                starts_on=conversion.starts_on,
                payment_method=conversion.payment_method,
                now=self._clock.now(),
            )
            return lead, account, link, terms

        return await self._transactions.read(conversion.tenant_id, ask)

    async def _keep(
        self, conversion: Conversion, account: ProviderAccount, observed: Observed, before: Before | None
    ) -> tuple[Lead, MemberId]:
        async def keep(uow: UnitOfWork) -> tuple[Lead, MemberId]:
            if before is not None:
                await self._absorb.converting(uow, account, before)
            member_id = MemberId(await self._absorb.member(uow, account, observed))
            lead = await uow.leads.get(conversion.lead_id)
            lead.convert(member_id, now=self._clock.now(), is_there=True)
            await uow.leads.save(lead)
            return lead, member_id

        return await self._transactions.run(conversion.tenant_id, "convert_lead", keep)

    async def _home(
        self, uow: UnitOfWork, lead: Lead, account_id: AccountId | None
    ) -> tuple[ProviderAccount, SyncRecord | None]:
        links = await uow.sync_records.of_local(LEAD, lead.id)
        if links:
            return await uow.accounts.get(links[0].account_id), links[0]
        account = await self._writes.account(uow, account_id)
        if account is None:
            raise NotConfigured("leads are converted at a provider: connect an account first")
        return account, None


def _person(lead: Lead) -> NewPerson:
    return NewPerson(
        first_name=lead.first_name,
        last_name=lead.last_name,
        email=lead.email.raw if lead.email else None,
        phone=lead.phone.raw if lead.phone else None,
        notes=lead.notes,
    )


def _wanted(lead: Lead, terms: SaleTerms, external: str | None) -> Wanted:
    return Wanted(
        operation=Operation.CONVERT_LEAD,
        title=f"Convert the lead {lead.name} to a member with {terms.package.name} at the provider",
        subject=f"lead:{lead.id}",
        details={
            "external_id": external,
            "email": lead.email.raw if lead.email else None,
            **terms.details(),
        },
        can_be_found=external is not None or lead.email is not None,
    )
