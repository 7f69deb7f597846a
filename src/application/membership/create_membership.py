"""A membership is sold (W1): to somebody new, or to a member."""

from datetime import date

import attrs

from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.shared.contact import EmailAddress
from ...domain.shared.errors import AlreadyExists, InvalidValue, NotConfigured
from ...domain.shared.ids import AccountId, MemberId, MembershipId, TenantId
from ...domain.shared.text import check_line, trimmed_text
from ...domain.staff.task import StaffTask
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb, Undecided
from ..gym.ensure_called import ensure_called
from ..gym.provider_writes import ProviderWrites
from ..gym.wanted import Wanted
from ..ports.clock import Clock
from ..ports.gym import GymGateway, NewMembership, NewPerson, Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import MEMBER
from ..transactions import Transactions
from .sale_terms import SaleTerms, is_sold, settle_terms
from .sold_already import sold_to_person

_MADE_THERE = (
    "the provider had made a member of them already, and nothing was sold by this: look what was sold to them there, "
    "and sell this only if it is wanted besides"
)


@attrs.frozen(kw_only=True)
class Buyer:
    """Somebody who may not be a member yet."""

    first_name: str
    last_name: str
    email: str
    phone: str | None = None


@attrs.frozen(kw_only=True)
class Sale:
    """``package`` is a package's id or name, ``starts_on`` a civil date of the tenant."""

    tenant_id: TenantId
    buyer: Buyer | MemberId
    package: str
    starts_on: date
    payment_method: str = "card"
    account_id: AccountId | None = None


@attrs.frozen(kw_only=True)
class Sold:
    """What came of it: the member and membership, as far as the provider made them; else the task for staff."""

    member: Member | None = None
    membership: Membership | None = None
    task: StaffTask | None = None


@attrs.frozen
class _Entered:
    """A member whom the provider has; ``begun`` is the task that is open until the sale is made."""

    member_id: MemberId
    external_id: str
    begun: StaffTask | None


@attrs.frozen
class CreateMembership:
    """A sale moves money, so the provider is asked once and never again by a machine: what is in doubt becomes a
    task. Raises InvalidValue (also for a package that is not on sale, and a text that nobody may have typed), NotFound
    (member, account), NotConfigured (no account), AlreadyExists (the same package from the same day).
    """

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _clock: Clock

    async def __call__(self, sale: Sale) -> Sold:
        """Sell it."""
        person = _person(sale.buyer) if isinstance(sale.buyer, Buyer) else None
        account, terms = await self._settle(sale)
        if person is not None:
            return await self._to_somebody_new(terms, account, person)
        assert not isinstance(sale.buyer, Buyer)  # noqa: S101 - for the type checker: the branch above took it
        external = await self._external(sale.tenant_id, account, sale.buyer)
        return await self.to_member(terms, account, sale.buyer, external)

    async def _to_somebody_new(self, terms: SaleTerms, account: ProviderAccount, person: NewPerson) -> Sold:
        wanted = Wanted(
            operation=Operation.CREATE_MEMBER,
            title=f"Enter {person.first_name} {person.last_name} with {terms.package.name} at the provider",
            subject=f"buyer:{person.email}",
            details={**attrs.asdict(person), **terms.details()},
        )
        async with self._writes.turn(account.tenant_id, f"person:{EmailAddress(person.email or '').canonical}"):
            await self._ensure_unsold(account, wanted)
            entered = await self._enter(account, wanted, person)
        if isinstance(entered, Sold):
            return entered
        async with self._writes.tasks.until_done(account, wanted, entered.begun):
            return await self.to_member(terms, account, entered.member_id, entered.external_id)

    async def _ensure_unsold(self, account: ProviderAccount, wanted: Wanted) -> None:
        """They may be a member by now, as staff entered them. Nobody need sell it any more then."""
        had = await self._transactions.read(
            account.tenant_id, lambda uow: sold_to_person(uow, account.id, wanted.details)
        )
        if had is not None:
            await self._writes.tasks.finish(account, wanted, None)
            raise _sold(had)

    async def _enter(self, account: ProviderAccount, wanted: Wanted, person: NewPerson) -> _Entered | Sold:
        """Who they are at the provider and here; or the task for staff, and nothing is sold."""

        async def create(gym: GymGateway) -> Observed:
            return await gym.create_member(person)

        outcome = await self._writes(account, wanted, create)
        if outcome.done is None:
            return Sold(task=outcome.task)
        observed = outcome.done

        async def keep(uow: UnitOfWork) -> MemberId:
            ensure_called(observed, [{"first_name": person.first_name}], MEMBER)
            return MemberId(await self._absorb.member(uow, account, observed))

        try:
            member_id = await self._transactions.run(account.tenant_id, "absorb_member", keep)
        except InvalidValue as error:
            return Sold(task=(await self._writes.in_doubt(account, wanted, error, outcome)).task)
        return _Entered(member_id, observed.external_id, outcome.begun)

    async def to_member(self, terms: SaleTerms, account: ProviderAccount, member_id: MemberId, external: str) -> Sold:
        """Sell on settled terms to a member whom the provider knows as ``external``. For whoever has no turn: whatever
        the buyer was named by, a member is sold one thing at a time.
        """
        async with self._writes.turn(account.tenant_id, f"member:{member_id}"):
            return await self._sell(terms, account, member_id, external)

    async def _sell(self, terms: SaleTerms, account: ProviderAccount, member_id: MemberId, external: str) -> Sold:
        new = NewMembership(
            member=external,
            package=terms.package.id,
            starts_on=terms.starts_on,
            payment_method=terms.payment_method,
        )

        async def create(gym: GymGateway) -> Observed:
            return await gym.create_membership(new)

        async def ensure_unsold(uow: UnitOfWork) -> None:
            await _buyer(uow, member_id, terms)

        member = await self._transactions.read(account.tenant_id, lambda uow: _buyer(uow, member_id, terms))
        wanted = _wanted(member, terms, external)
        outcome = await self._writes(account, wanted, create, ensure=ensure_unsold)
        if outcome.done is None:
            return Sold(member=member, task=outcome.task)
        observed = outcome.done

        async def keep(uow: UnitOfWork) -> Membership:
            key = await self._absorb.membership(uow, account, observed)
            await self._writes.tasks.end(uow, wanted, outcome.begun)
            return await uow.memberships.get(MembershipId(key))

        try:
            return Sold(
                member=member, membership=await self._transactions.run(account.tenant_id, "absorb_membership", keep)
            )
        except InvalidValue as error:
            # It is sold there; whoever is told that this failed would sell it again.
            in_doubt = await self._writes.in_doubt(account, wanted, error, outcome)
            return Sold(member=member, task=in_doubt.task)

    async def ask_first(self, terms: SaleTerms, account: ProviderAccount, member_id: MemberId, external: str) -> Sold:
        """As ``to_member``, of somebody to whom it may have been sold there, and no sync saw it: a person looks."""
        member = await self._transactions.read(account.tenant_id, lambda uow: _buyer(uow, member_id, terms))
        left = await self._writes.in_doubt(account, _wanted(member, terms, external), Undecided(_MADE_THERE, MEMBER))
        return Sold(member=member, task=left.task)

    async def _settle(self, sale: Sale) -> tuple[ProviderAccount, SaleTerms]:
        async def ask(uow: UnitOfWork) -> tuple[ProviderAccount, SaleTerms]:
            account = await self._writes.account(uow, sale.account_id)
            if account is None:
                raise NotConfigured("memberships are sold at a provider: connect an account first")
            terms = await settle_terms(
                uow,
                account,
                package=sale.package,
                starts_on=sale.starts_on,
                payment_method=sale.payment_method,
                now=self._clock.now(),
            )
            return account, terms

        return await self._transactions.read(sale.tenant_id, ask)

    async def _external(self, tenant_id: TenantId, account: ProviderAccount, member_id: MemberId) -> str:
        async def ask(uow: UnitOfWork) -> str:
            await uow.members.get(member_id)
            links = await uow.sync_records.of_local(MEMBER, member_id)
            here = [link.external_id for link in links if link.account_id == account.id]
            if not here:
                raise InvalidValue("this member is not known to that provider account", field="member_id")
            return here[0]

        return await self._transactions.read(tenant_id, ask)


async def _buyer(uow: UnitOfWork, member_id: MemberId, terms: SaleTerms) -> Member:
    """The member, unless the very same was sold already: a second click must not bill twice."""
    for had in await uow.memberships.of_member(member_id):
        if is_sold(had, terms.package.name, terms.starts_on.isoformat()):
            raise _sold(had)
    return await uow.members.get(member_id)


def _sold(had: Membership) -> AlreadyExists:
    return AlreadyExists(f"this member has {had.name} from {had.terms.starts_on} already", membership=str(had.id))


def _wanted(member: Member, terms: SaleTerms, external: str) -> Wanted:
    return Wanted(
        operation=Operation.CREATE_MEMBERSHIP,
        title=f"Sell {terms.package.name} to {member.name} at the provider",
        subject=f"member:{member.id}",
        details={"external_id": external, **terms.details()},
    )


def _person(buyer: Buyer) -> NewPerson:
    if not (buyer.first_name.strip() and buyer.last_name.strip()):
        raise InvalidValue("a member needs a first and a last name", field="first_name")
    person = NewPerson(
        first_name=buyer.first_name.strip(),
        last_name=buyer.last_name.strip(),
        email=EmailAddress.parse(buyer.email).raw,
        phone=trimmed_text(buyer.phone),
    )
    for name in ("first_name", "last_name", "email", "phone"):
        check_line(getattr(person, name) or "", name)
    return person
