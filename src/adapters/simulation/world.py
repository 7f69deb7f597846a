"""The world of a script: tenants, accounts, gyms, store and clock, and the sync over them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ...application.ports.sync_books import PolicyDocument
from ...application.ports.unit_of_work import UnitsOfWork
from ...application.sync.courses.lead_records import LeadRecords
from ...application.sync.courses.member_records import MemberRecords
from ...application.sync.courses.membership_records import MembershipRecords
from ...application.sync.desk import BUILT_IN_LAWS, SyncDesk, sync_desk
from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...application.sync.records.record_kind import RecordKind
from ...application.tenancy.credentials import CredentialGuard
from ...application.transactions import Transactions
from ...domain.leads.lead import Lead
from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.membership.package import Package
from ...domain.shared.contact import PhoneNumber
from ...domain.shared.ids import AccountId, TenantId
from ...domain.shared.money import Money
from ...domain.sync.laws import Law
from ...domain.sync.policy import Policy, read_policy
from ...domain.sync.record import SyncRecord
from ...domain.sync.schema import Field, Schema, Value
from ...domain.tenancy.provider_account import ProviderAccount
from ...domain.tenancy.tenant import Tenant
from ..memory.clock import FixedClock, FixedDice, SequenceIds
from ..memory.gym_books import GymBooks
from ..memory.gym_habits import Habits
from ..memory.gym_providers import PROVIDER, MemoryGymProviders
from ..memory.locks import MemoryRunLocks
from ..memory.readers import MemoryReaders
from ..memory.store import MemoryStore, Room
from ..memory.tables import Table
from ..memory.unit_of_work import MemoryUnitsOfWork
from ..phones import LibraryPhoneBook
from .clock_ahead import ClockAhead
from .gateway import WatchedGym
from .programme import Process, Programme
from .script import AccountSpec, Script
from .steps.runs import OnTime
from .steps.settings import SetTenantPolicy
from .steps.step import Step, StepHere
from .units import WatchedUnits

Entity = Member | Membership | Lead
_REGION = "DE"
# What every gym sells.
ON_SALE = Package(id="gold", name="Gold", kind="plan", price=Money(Decimal("59.00"), "EUR"))
# What a picky provider does not take, of whatever kind.
_REFUSED = {"last_name": frozenset({"", None}), "status": frozenset({"on ice", "frozen", "lost"})}


class World:
    """Everything that a script acts on. ``act`` carries out what people do in the middle of a run."""

    def __init__(self, script: Script, act: Callable[["World", Step], None]) -> None:
        self._act = act
        self.clock, self.ids = FixedClock(), SequenceIds()
        self.store = MemoryStore(self.clock)
        self.units = WatchedUnits(MemoryUnitsOfWork(self.store))
        self.units.act = lambda step: self._act(self, step)
        self.phones = LibraryPhoneBook()
        self.specs = script.accounts
        self.tenants = [self._tenant(n) for n in range(_tenants(script))]
        self.gyms = [self._gym(spec) for spec in script.accounts]
        self.account_ids = [self._account(n, spec) for n, spec in enumerate(script.accounts)]
        self.locks = MemoryRunLocks()
        self.providers = MemoryGymProviders({address(n): gym for n, gym in enumerate(self.gyms)})
        self.records = self._records()
        for number, spec in enumerate(script.accounts):
            for kind, document in spec.policies.items():
                self.set_policy(number, kind, document)

    def desk(self, process: Process) -> SyncDesk:
        """Tresen, started anew."""
        self.units.process = process
        return self._desk(self.units)

    def counter(self) -> SyncDesk:
        """Tresen beside a run: in another process, which nobody watches and which does not die."""
        return self._desk(MemoryUnitsOfWork(self.store))

    def _desk(self, units: UnitsOfWork) -> SyncDesk:
        clock, ids = self.clock, self.ids
        return sync_desk(
            transactions=Transactions(units, clock, FixedDice(0.5)),
            gyms=self.providers,
            locks=self.locks,
            guard=CredentialGuard(clock, ids),
            phones=self.phones,
            readers=MemoryReaders(self.store),
            clock=clock,
            ids=ids,
        )

    # -- what is where -------------------------------------------------------------------------------------------

    def room(self, tenant: int) -> Room:
        """What is stored of a tenant."""
        return self.store.room(self.tenants[tenant].id)

    def account(self, number: int) -> ProviderAccount:
        """The account as it lies in the store."""
        found = self.room(self.specs[number].tenant).accounts.find(self.account_ids[number])
        assert found is not None, "accounts are never removed"  # noqa: S101 - see World
        return found

    def schema(self, kind: str) -> Schema:
        """Of a kind."""
        return self.records[kind].schema

    def table(self, room: Room, kind: str) -> "Table[UUID, Entity]":
        """Our records of a kind."""
        tables: dict[str, Table[UUID, Entity]] = {
            MEMBER: room.members,  # type: ignore[dict-item] # a table of one of them is only looked at
            MEMBERSHIP: room.memberships,  # type: ignore[dict-item] # as above
            LEAD: room.leads,  # type: ignore[dict-item] # as above
        }
        return tables[kind]

    def values(self, kind: str, entity: Entity) -> dict[str, Value]:
        """Our side of a record."""
        return dict(self.records[kind].values(entity))

    def links(self, number: int, kind: str) -> list[SyncRecord]:
        """The links of an account, by the id there."""
        rows = self.room(self.specs[number].tenant).sync_records.among("side", (self.account_ids[number], kind))
        return sorted((row for _, row in rows), key=lambda row: row.external_id)

    def due(self) -> set[tuple[int, str, str]]:
        """What the next runs are to look at: account, kind and id there."""
        rows = (row for room in self.store.rooms for row in room.due.rows())
        return {(self.account_ids.index(account_id), kind, external_id) for account_id, kind, external_id, _ in rows}

    def policy(self, number: int, kind: str) -> Policy:
        """The policy that holds."""
        policy, layers = Policy(), self.room(self.specs[number].tenant).policies
        for owner in (None, self.account_ids[number]):
            rows = (row for _, row in layers.among("layer", (kind, owner)))
            latest = max(rows, key=lambda row: row.version, default=None)
            if latest is not None:
                policy = read_policy(latest.document, self.schema(kind), BUILT_IN_LAWS, below=policy)
        return policy

    def overrides(self, number: int, kind: str, external_id: str) -> dict[str, Law]:
        """The laws that people gave single fields of a record, or it as a whole, by deciding and undoing."""
        key = (self.account_ids[number], kind, external_id)
        rows = self.room(self.specs[number].tenant).overrides.among("record", key)
        return {row.field: BUILT_IN_LAWS.named(row.law) for _, row in rows}

    def law(self, number: int, kind: str, external_id: str, field: Field) -> Law:
        """The law that holds for a field of a record."""
        said = self.overrides(number, kind, external_id)
        return said[field.name] if field.name in said else self.policy(number, kind).law(field)

    # -- building ------------------------------------------------------------------------------------------------

    def set_policy(self, number: int, kind: str, document: Mapping[str, object]) -> None:
        """The next version of an account's layer."""
        self.set_layer(self.specs[number].tenant, self.account_ids[number], kind, document)

    def set_layer(self, tenant: int, account_id: AccountId | None, kind: str, document: Mapping[str, object]) -> None:
        """The next version of a tenant's layer, or of that of an account."""
        policies = self.room(tenant).policies
        version = sum(1 for _ in policies.among("layer", (kind, account_id))) + 1
        kept = PolicyDocument(
            account_id=account_id,
            kind=kind,
            version=version,
            document=document,
            set_by="somebody",
            set_at=self.clock.now(),
        )
        policies.put(((kind, account_id), version), kept)

    def _tenant(self, number: int) -> Tenant:
        tenant = Tenant(
            id=TenantId(self.ids.new()),
            slug=f"tenant-{number}",
            name=f"Tenant {number}",
            region=_REGION,
            created_at=self.clock.now(),
        )
        self.store.add_room(tenant)
        return tenant

    def _gym(self, spec: AccountSpec) -> WatchedGym:
        normalises = "normalise" in spec.habits
        habits = Habits(
            tells_changes="no-changes" not in spec.habits,
            tells_gone="no-tombstones" not in spec.habits,
            pages_shift="page-shift" in spec.habits,
            lowers_emails=normalises,
            dials_phones=normalises,
            trims_names=normalises,
            refuses=_REFUSED if "picky" in spec.habits else {},
        )
        clock = ClockAhead(self.clock, timedelta(seconds=spec.ahead_s))
        books = GymBooks(clock, resolution_s=spec.resolution_s)
        books.packages = (ON_SALE,)
        programme = Programme(lambda step: self._act(self, step))
        return WatchedGym(books, clock, page_size=spec.page_size, habits=habits, programme=programme)

    def _account(self, number: int, spec: AccountSpec) -> AccountId:
        account = ProviderAccount(
            id=AccountId(self.ids.new()),
            tenant_id=self.tenants[spec.tenant].id,
            provider=PROVIDER,
            name=f"account-{number}",
            base_url=address(number),
            credentials=b"sealed",
            writes_enabled=spec.writes,
            created_at=self.clock.now(),
            version=1,
        )
        self.room(spec.tenant).accounts.put(account.id, account)
        return account.id

    def _records(self) -> Mapping[str, RecordKind[Any]]:
        tenant, account_id = self.tenants[0], self.account_ids[0]
        return {
            MEMBER: MemberRecords(tenant, self.read_phone),
            MEMBERSHIP: MembershipRecords(tenant, account_id, tenant.today(self.clock.now())),
            LEAD: LeadRecords(tenant, account_id, self.read_phone),
        }

    def read_phone(self, raw: str) -> PhoneNumber:
        """As the sync reads it."""
        return self.phones.read(raw, _REGION)


def _tenants(script: Script) -> int:
    """How many a script is about: also those whose accounts were left out of it."""
    steps = (step.tenant for step in script.steps if isinstance(step, StepHere | SetTenantPolicy | OnTime))
    return max((0, *steps, *(spec.tenant for spec in script.accounts))) + 1


def address(number: int) -> str:
    """Of an account's gym."""
    return f"memory://gym-{number}"
