"""One installation over the fakes: a studio with a gym account, its use cases, and what the tests ask it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import attrs

from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.memory.directory import MemoryDirectory
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_providers import PROVIDER, MemoryGymProviders
from tresen.adapters.memory.limits import MemoryLimiter
from tresen.adapters.memory.locks import MemoryRunLocks
from tresen.adapters.memory.readers import MemoryReaders
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.adapters.memory.webhooks import MemoryWebhookProviders
from tresen.adapters.security.passwords import Argon2PasswordHasher
from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.adapters.security.tokens import RandomTokens
from tresen.application.gym.absorb import Absorb
from tresen.application.gym.browse import Browse
from tresen.application.gym.provider_writes import ProviderWrites
from tresen.application.identity.authenticate import Authenticate
from tresen.application.identity.create_api_key import CreateApiKey
from tresen.application.identity.create_user import CreateUser
from tresen.application.identity.import_users import ImportUsers
from tresen.application.identity.log_in import LogIn
from tresen.application.identity.log_out import LogOut
from tresen.application.identity.revoke_api_key import RevokeApiKey
from tresen.application.leads.convert_lead import ConvertLead
from tresen.application.leads.create_lead import CreateLead
from tresen.application.leads.get_lead import GetLead
from tresen.application.leads.update_lead import UpdateLead
from tresen.application.membership.cancel_membership import CancelMembership
from tresen.application.membership.create_membership import CreateMembership
from tresen.application.membership.get_member import GetMember
from tresen.application.membership.list_packages import ListPackages
from tresen.application.membership.push_membership import PushMembership
from tresen.application.membership.update_membership import UpdateMembership
from tresen.application.ports.gym import GymGateway
from tresen.application.ports.phones import PhoneBook
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.staff.complete_task import CompleteTask
from tresen.application.sync.desk import BUILT_IN_LAWS, sync_desk
from tresen.application.sync.policies.policy_book import PolicyBook
from tresen.application.sync.runs.sync_account import Progress, no_progress
from tresen.application.tenancy.check_provider import CheckProvider
from tresen.application.tenancy.connect_provider import ConnectProvider
from tresen.application.tenancy.create_tenant import CreateTenant
from tresen.application.tenancy.credentials import CredentialGuard
from tresen.application.tenancy.list_provider_accounts import ListProviderAccounts
from tresen.application.transactions import Transactions
from tresen.application.webhooks.open_inbox import OpenInbox
from tresen.domain.leads.lead import Lead
from tresen.domain.membership.member import Member
from tresen.domain.membership.membership import Membership
from tresen.domain.membership.package import Package
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.ids import AccountId, TenantId
from tresen.domain.shared.money import Money
from tresen.domain.shared.page import Listing as Window
from tresen.domain.staff.task import StaffTask
from tresen.domain.sync.conflict import Conflict
from tresen.domain.sync.journal import Change
from tresen.domain.sync.laws import Law
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.run import Run
from tresen.domain.sync.schema import Value
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.tenancy.tenant import Tenant

from .storms import StormyUnits

T = TypeVar("T")
A_MINUTE, AN_HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GOLD = Package(id="7", name="Gold", kind="Class Plan", price=Money("49.00", "EUR"))
SILVER = Package(id="8", name="Silver", price=Money("29.00", "EUR"))

# What a run is about, and not what it does: written by every sync.
BOOKS = frozenset({"runs", "errors", "sync_states", "plans", "plan_steps"})


class PlainPhones(PhoneBook):
    """German numbers, enough to tell spellings of one number from another number."""

    def read(self, raw: str, region: str) -> PhoneNumber:
        digits = "".join(c for c in raw if c.isdigit())
        if raw.strip().startswith("+"):
            return PhoneNumber(raw, f"+{digits}")
        if digits.startswith("00"):
            return PhoneNumber(raw, f"+{digits[2:]}")
        return PhoneNumber(raw, f"+49{digits[1:]}" if digits.startswith("0") and region == "DE" else None)


@attrs.define
class Seen:
    """What a transaction observer was told."""

    told: list[tuple[str, str]] = attrs.field(factory=list)
    seconds: list[float] = attrs.field(factory=list)

    def __call__(self, name: str, outcome: str, seconds: float) -> None:
        self.told.append((name, outcome))
        self.seconds.append(seconds)


class Studio:
    """A tenant in Berlin with one account that may write, at a gym with one member, their membership and one lead."""

    def __init__(self, *, default: Law = Law.THEIRS, laws: Mapping[str, Law] | None = None, page_size: int = 2) -> None:
        self.clock, self.ids = FixedClock(), SequenceIds()
        self.store = MemoryStore(self.clock)
        self.units = StormyUnits(MemoryUnitsOfWork(self.store))
        self.seen = Seen()
        self.transactions = Transactions(self.units, self.clock, FixedDice(0.5), self.seen)
        self.directory, self.readers = MemoryDirectory(self.store), MemoryReaders(self.store)
        self.books = GymBooks(self.clock)
        self.gym = MemoryGym(self.books, self.clock, page_size=page_size)
        self.gyms_by_address: dict[str, GymGateway] = {"memory://gym": self.gym}
        self.locks, self.limiter = MemoryRunLocks(), MemoryLimiter(self.clock)
        self.box = AesGcmSecretBox(new_key())
        self.tenant = Tenant(
            id=TenantId(self.ids.new()), slug="studio", name="Studio", zone="Europe/Berlin", created_at=self.clock.now()
        )
        self.store.add_room(self.tenant)
        self.account = self.add_account("main", "memory://gym")
        self._assemble_identity()
        self._assemble_gym(Policy(default=default, fields=laws or {}))

    def _assemble_identity(self) -> None:
        transactions, clock, ids = self.transactions, self.clock, self.ids
        self.hasher, self.tokens = Argon2PasswordHasher(memory_kib=8, passes=1, lanes=1), RandomTokens()
        self.log_in = LogIn(self.directory, transactions, self.hasher, self.tokens, self.limiter, clock, ids)
        self.log_out = LogOut(self.directory, transactions, self.tokens, clock)
        self.authenticate = Authenticate(self.directory, self.tokens, clock)
        self.create_user = CreateUser(transactions, self.hasher, clock, ids)
        self.import_users = ImportUsers(transactions, self.hasher, clock, ids)
        self.create_api_key = CreateApiKey(transactions, self.tokens, clock, ids)
        self.revoke_api_key = RevokeApiKey(transactions, clock)
        self.create_tenant = CreateTenant(self.directory, clock, ids)
        self.complete_task = CompleteTask(transactions, clock)

    def _assemble_gym(self, policy: Policy) -> None:
        transactions, clock, ids, phones = self.transactions, self.clock, self.ids, PlainPhones()
        gyms = MemoryGymProviders(self.gyms_by_address)
        guard, absorb = CredentialGuard(clock, ids), Absorb(phones, clock, ids, PolicyBook(BUILT_IN_LAWS, policy))
        writes = self.writes = ProviderWrites(transactions, gyms, guard, self.locks, clock, ids)
        self.connect = ConnectProvider(
            transactions, gyms, OpenInbox(MemoryWebhookProviders(), self.tokens, clock), self.box, clock, ids
        )
        self.list_accounts = ListProviderAccounts(transactions, gyms)
        self.check = CheckProvider(transactions, gyms, guard, clock)
        self.create_membership = CreateMembership(transactions, writes, absorb, clock)
        push = PushMembership(transactions, writes, absorb, clock)
        self.update_membership = UpdateMembership(transactions, push, clock)
        self.cancel_membership = CancelMembership(transactions, push, clock)
        self.get_member, self.get_lead = GetMember(transactions), GetLead(transactions)
        self.list_packages, self.browse = ListPackages(transactions), Browse(transactions, gyms, guard)
        self.create_lead = CreateLead(transactions, writes, absorb, phones, clock, ids)
        self.update_lead = UpdateLead(transactions, writes, absorb, clock)
        self.convert_lead = ConvertLead(transactions, writes, absorb, self.create_membership, clock)
        self.desk = sync_desk(
            transactions=transactions,
            gyms=gyms,
            locks=self.locks,
            guard=guard,
            phones=phones,
            readers=self.readers,
            clock=clock,
            ids=ids,
            policy=policy,
        )
        self.sync_members, self.sync_leads, self.sync_status = self.desk.members, self.desk.leads, self.desk.status

    # -- setting the scene ---------------------------------------------------------------------------------------

    def add_account(
        self, name: str, address: str, *, settings: Mapping[str, str] | None = None, provider: str = PROVIDER
    ) -> ProviderAccount:
        """Straight into the store: an account with credentials that may write."""
        account = ProviderAccount(
            id=AccountId(self.ids.new()),
            tenant_id=self.tenant.id,
            provider=provider,
            name=name,
            base_url=address,
            credentials=self.box.seal("the key"),
            settings=settings or {},
            writes_enabled=True,
            created_at=self.clock.now(),
            version=1,
        )
        self.store.room(self.tenant.id).accounts.put(account.id, account)
        return account

    def change_account(self, **changes: object) -> None:
        """Other values for the account, straight in the store."""
        rows = self.store.room(self.tenant.id).accounts
        stored = rows.find(self.account.id)
        assert stored is not None
        rows.put(self.account.id, attrs.evolve(stored, **changes))  # type: ignore[arg-type] # any of its fields

    def enrol(self, first_name: str = "Ada", **values: Value) -> str:
        """A member at the gym; the id there."""
        full: dict[str, Value] = {
            "first_name": first_name,
            "last_name": "Byron",
            "email": f"{first_name.lower()}@example.org",
            "phone": "030 123456",
            "status": "active",
            **values,
        }
        return self.books.members.add(full)

    def sell_there(self, member: str, **values: Value) -> str:
        """A membership at the gym; the id there."""
        full: dict[str, Value] = {
            "member": member,
            "name": "Gold",
            "starts_on": "2026-01-01",
            "flagged_active": True,
            "deleted": False,
            "on_hold": False,
            "price": "49.00 EUR",
            **values,
        }
        return self.books.memberships.add(full)

    def attract(self, first_name: str = "Grace", **values: Value) -> str:
        """A lead at the gym; the id there."""
        full: dict[str, Value] = {
            "first_name": first_name,
            "last_name": "Hopper",
            "email": f"{first_name.lower()}@example.org",
            "status": "new",
            **values,
        }
        return self.books.leads.add(full)

    # -- doing ---------------------------------------------------------------------------------------------------

    async def members_synced(self, *, force: bool = True, whole: bool = False, progress: Progress = no_progress) -> Run:
        """A run of members, a minute later."""
        self.clock.advance(A_MINUTE)
        return await self.sync_members(self.tenant.id, self.account.id, force=force, whole=whole, progress=progress)

    async def leads_synced(self, *, force: bool = True, whole: bool = False) -> Run:
        """A run of leads, a minute later."""
        self.clock.advance(A_MINUTE)
        return await self.sync_leads(self.tenant.id, self.account.id, force=force, whole=whole)

    async def edit_member(self, member: str, **values: object) -> None:
        """Somebody edits our member of that provider id, a minute later."""
        self.clock.advance(A_MINUTE)
        member_id = self.member(member).id

        async def edit(uow: UnitOfWork) -> None:
            stored = await uow.members.get(member_id)
            for name, value in values.items():
                setattr(stored, name, value)
            stored.updated_at = self.clock.now()
            await uow.members.save(stored)

        await self.transactions.run(self.tenant.id, "edit_member", edit)

    async def read(self, ask: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Ask the store."""
        return await self.transactions.read(self.tenant.id, ask)

    # -- looking -------------------------------------------------------------------------------------------------

    def _linked(self, kind: str, external_id: str, account: AccountId | None) -> UUID | None:
        link = self.store.room(self.tenant.id).sync_records.find((account or self.account.id, kind, external_id))
        return link.local_id if link else None

    def member(self, external_id: str, account: AccountId | None = None) -> Member:
        """Our member of that provider id, as it lies in the store."""
        found = self.store.room(self.tenant.id).members.find(self._present("member", external_id, account))
        assert found is not None
        return found

    def membership(self, external_id: str, account: AccountId | None = None) -> Membership:
        """Our membership of that provider id."""
        found = self.store.room(self.tenant.id).memberships.find(self._present("membership", external_id, account))
        assert found is not None
        return found

    def lead(self, external_id: str, account: AccountId | None = None) -> Lead:
        """Our lead of that provider id."""
        found = self.store.room(self.tenant.id).leads.find(self._present("lead", external_id, account))
        assert found is not None
        return found

    def _present(self, kind: str, external_id: str, account: AccountId | None) -> UUID:
        local = self._linked(kind, external_id, account)
        assert local is not None, f"{kind} {external_id} has no link"
        return local

    def knows(self, kind: str, external_id: str, account: AccountId | None = None) -> bool:
        """Whether a link to that provider record exists."""
        return self._linked(kind, external_id, account) is not None

    def members(self) -> list[Member]:
        """All of ours."""
        return [m for _, m in self.store.room(self.tenant.id).members.items()]

    def leads(self) -> list[Lead]:
        """All of ours."""
        return [lead for _, lead in self.store.room(self.tenant.id).leads.items()]

    def memberships(self) -> list[Membership]:
        """All of ours."""
        return [m for _, m in self.store.room(self.tenant.id).memberships.items()]

    def changes(self) -> list[Change]:
        """The whole journal, oldest first."""
        return [change for _, change in self.store.room(self.tenant.id).changes.items()]

    def conflicts(self) -> list[Conflict]:
        """All of them, by opening."""
        return [conflict for _, conflict in self.store.room(self.tenant.id).conflicts.items()]

    async def tasks(self) -> Sequence[StaffTask]:
        """All staff tasks, oldest first."""
        return (await self.readers.tasks(self.tenant.id, Window(limit=200))).items

    def stored_account(self) -> ProviderAccount:
        """The account as it lies in the store."""
        found = self.store.room(self.tenant.id).accounts.find(self.account.id)
        assert found is not None
        return found

    def rows(self, *, without: frozenset[str] = frozenset()) -> dict[str, dict[object, str]]:
        """Every row of every tenant, by table: two of these are equal when nothing was written in between."""
        return {
            f"{room.tenant.slug}.{name}": {key: repr(row) for key, row in table.items()}
            for room in self.store.rooms
            for name, table in vars(room).items()
            if name not in {"tenant", "audit"} | without
        }
