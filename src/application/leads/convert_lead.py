"""A lead becomes a member with a membership (W13)."""

from datetime import date

import attrs

from ...domain.leads.lead import Lead
from ...domain.leads.stage import Stage
from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.shared.errors import IllegalTransition, InvalidValue, StorageConflict
from ...domain.shared.ids import AccountId, LeadId, MemberId, TenantId
from ...domain.shared.text import kept_size
from ...domain.staff.task import StaffTask
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb, Undecided
from ..gym.look_first import Over
from ..gym.provider_writes import Outcome, ProviderWrites
from ..gym.wanted import Wanted
from ..membership.create_membership import CreateMembership
from ..membership.sale_terms import SaleTerms, ensure_named, settle_terms
from ..ports.clock import Clock
from ..ports.gym import GymGateway, Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import LEAD
from ..transactions import Transactions
from .became_member import BecameMember, was_converted
from .enter_first import EnterFirst


@attrs.frozen(kw_only=True)
class Conversion:
    """Which lead, and what it buys: a package's id or name from a civil date of the tenant on.

    ``account_id`` names the account for a lead that no provider knows yet, when the tenant has several. ``by`` says who
    converts it.
    """

    tenant_id: TenantId
    lead_id: LeadId
    package: str
    starts_on: date
    payment_method: str = "card"
    account_id: AccountId | None = None
    by: str = "somebody"


@attrs.frozen(kw_only=True)
class Converted:
    """The lead, and as far as the provider made them the member and membership; else the task for staff."""

    lead: Lead
    member: Member | None = None
    membership: Membership | None = None
    task: StaffTask | None = None


@attrs.frozen
class _Wish:
    """``link`` None: no provider is known to have the lead. ``by`` says whose wish it is."""

    lead: Lead
    account: ProviderAccount
    link: SyncRecord | None
    terms: SaleTerms
    by: str

    @property
    def wanted(self) -> Wanted:
        return _wanted(self.lead, self.terms, self.link.external_id if self.link else None)


@attrs.frozen
class _Made:
    """The lead is a member by now, and the sale is to be made; ``begun`` is the task that is open until it is."""

    lead: Lead
    member_id: MemberId
    external_id: str
    is_news: bool
    begun: StaffTask | None


@attrs.frozen
class ConvertLead:
    """Raises NotFound, IllegalTransition (converted already), InvalidValue, NotConfigured (no account),
    AlreadyExists (the same package from the same day), StorageConflict (parted from its record meanwhile).
    """

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _create_membership: CreateMembership
    _clock: Clock

    async def __call__(self, conversion: Conversion) -> Converted:
        """Convert it: first the person at the provider, then the sale."""
        ensure_named(conversion.package)
        kept_size(conversion.by, "by")
        wish, begun = await self._load(conversion), None
        if wish.link is None and wish.account.writes_enabled:
            entered = await self._enter_first(wish.account, wish.lead, wish.wanted)
            if isinstance(entered, StaffTask):
                return Converted(lead=wish.lead, task=entered)
            wish, begun = attrs.evolve(wish, link=entered.link), entered.begun
        async with self._writes.turn(conversion.tenant_id, f"lead:{conversion.lead_id}"):
            if wish.link is not None:
                try:
                    wish = await self._load(conversion, wish.link, is_tied_now=begun is not None)
                except IllegalTransition as error:
                    if begun is None:
                        raise
                    return await self._in_doubt(wish, Undecided(error.message, LEAD), Outcome(begun=begun))
            made = await self._convert(wish, begun)
        return made if isinstance(made, Converted) else await self._sell(wish, made)

    @property
    def _became_member(self) -> BecameMember:
        return BecameMember(self._transactions, self._absorb, self._clock)

    @property
    def _enter_first(self) -> EnterFirst:
        return EnterFirst(self._transactions, self._writes, self._absorb, self._clock)

    async def _convert(self, wish: _Wish, begun: StaffTask | None) -> _Made | Converted:
        async def convert(gym: GymGateway) -> Observed:
            assert wish.link is not None  # noqa: S101 - for the type checker: else it is a task already
            return await gym.convert_lead(wish.link.external_id)

        over = Over(link=wish.link, fields=("status",)) if wish.link else None
        outcome = await self._writes(wish.account, wish.wanted, convert, over=over, begun=begun)
        if outcome.done is None:
            return Converted(lead=wish.lead, task=outcome.task)
        try:
            lead, member_id = await self._became_member(
                wish.account, wish.lead.id, wish.link, outcome.done, outcome.before, by=wish.by
            )
        except InvalidValue as error:
            return await self._in_doubt(wish, error, outcome)
        is_news = outcome.before is None or not was_converted(outcome.before)
        return _Made(lead, member_id, outcome.done.external_id, is_news, outcome.begun)

    async def _sell(self, wish: _Wish, made: _Made) -> Converted:
        # What was sold to a member who was made there nobody here knows before the next sync.
        sell = self._create_membership.to_member if made.is_news else self._create_membership.ask_first
        async with self._writes.tasks.until_done(wish.account, wish.wanted, made.begun):
            sold = await sell(wish.terms, wish.account, made.member_id, made.external_id)
        return Converted(lead=made.lead, member=sold.member, membership=sold.membership, task=sold.task)

    async def _load(
        self, conversion: Conversion, known: SyncRecord | None = None, *, is_tied_now: bool = False
    ) -> _Wish:
        """``known``: which record it is; ``is_tied_now``: and that was not known when somebody wished for it."""

        async def ask(uow: UnitOfWork) -> _Wish:
            lead = await uow.leads.get(conversion.lead_id)
            if not (is_tied_now and lead.stage is Stage.CONVERTED and lead.member_id is None):
                lead.ensure_convertible()
            if known is None:
                account, link = await self._enter_first.home(uow, lead, conversion.account_id)
            else:
                account, link = await uow.accounts.get(known.account_id), await _as_it_is(uow, known)
            terms = await settle_terms(
                uow,
                account,
                package=conversion.package,
                starts_on=conversion.starts_on,
                payment_method=conversion.payment_method,
                now=self._clock.now(),
            )
            return _Wish(lead, account, link, terms, conversion.by)

        return await self._transactions.read(conversion.tenant_id, ask)

    async def _in_doubt(self, wish: _Wish, error: InvalidValue, written: Outcome) -> Converted:
        # The answer shows the member, and not the lead.
        since = {"status": Stage.CONVERTED.value}
        left = await self._writes.in_doubt(wish.account, wish.wanted, error, written, after=since)
        return Converted(lead=wish.lead, task=left.task)


async def _as_it_is(uow: UnitOfWork, known: SyncRecord) -> SyncRecord:
    links = await uow.sync_records.by_external_ids(known.account_id, LEAD, [known.external_id])
    if known.external_id not in links or links[known.external_id].local_id != known.local_id:
        raise StorageConflict("the lead was parted from its record at the provider meanwhile; look, and ask again")
    return links[known.external_id]


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
