"""Collections of one tenant, inside a unit of work. None can be had without a TenantId.

``get`` raises NotFound (another tenant's id is not found either), ``find`` gives None. Another tenant's entity can be
neither added nor saved: NotFound. ``save`` writes an entity
that was loaded before and raises StaleVersion when somebody else saved it since; where an entity has a version,
``add`` and ``save`` advance it. What is handed out is the caller's own: changing it changes nothing until it is saved.
"""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from ...domain.identity.credentials import ApiKey, Session
from ...domain.identity.user import User
from ...domain.leads.lead import Lead
from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.membership.package import Package
from ...domain.shared.ids import (
    AccountId,
    ApiKeyId,
    EntryId,
    LeadId,
    MemberId,
    MembershipId,
    RunId,
    SessionId,
    TaskId,
    UserId,
)
from ...domain.staff.task import StaffTask
from ...domain.sync.journal import Change
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import Run, SyncError
from ...domain.tenancy.provider_account import ProviderAccount
from ...domain.tenancy.tenant import Site

E = TypeVar("E")
K_contra = TypeVar("K_contra", contravariant=True)


class Entities(Protocol, Generic[E, K_contra]):
    """What every collection of entities can do."""

    @abstractmethod
    async def get(self, key: K_contra) -> E:
        """The entity. Raises NotFound."""

    @abstractmethod
    async def add(self, entity: E) -> None:
        """Put a new one in. Raises AlreadyExists when its id or unique key is there."""

    @abstractmethod
    async def save(self, entity: E) -> None:
        """Write a changed one. Raises NotFound or StaleVersion."""


class Synced(Entities[E, K_contra], Protocol):
    """Entities that are synced in bulk."""

    @abstractmethod
    async def get_many(self, ids: Collection[K_contra]) -> Mapping[UUID, E]:
        """Those of the ids that exist."""

    @abstractmethod
    async def existing(self, ids: Collection[K_contra]) -> Collection[UUID]:
        """The same ids as ``get_many``, without the entities: many times as fast."""

    @abstractmethod
    async def add_many(self, entities: Sequence[E]) -> None:
        """Put new ones in, fast."""

    @abstractmethod
    async def save_many(self, entities: Sequence[E]) -> None:
        """Write changed ones, fast. Raises StaleVersion when any was saved by somebody else since."""

    @abstractmethod
    async def remove_many(self, entities: Sequence[E]) -> None:
        """Take them out, with what they recorded kept. Raises StaleVersion when any was saved by somebody else since,
        StorageConflict while something else of the tenant belongs to one.
        """


class Members(Synced[Member, MemberId], Protocol):
    """The tenant's members."""

    @abstractmethod
    async def of_addresses(self, addresses: Collection[str]) -> Mapping[str, Collection[MemberId]]:
        """Who has one of these canonical e-mail addresses, by address."""


class Memberships(Synced[Membership, MembershipId], Protocol):
    """The tenant's memberships."""

    @abstractmethod
    async def of_member(self, member_id: MemberId) -> Sequence[Membership]:
        """A member's memberships, latest start first (unknown starts last), then by id."""

    @abstractmethod
    async def turning_by(self, day: date, *, limit: int) -> Sequence[Membership]:
        """Memberships whose ``status_changes_on`` is that day or earlier, earliest first."""


class Leads(Synced[Lead, LeadId], Protocol):
    """The tenant's leads."""

    @abstractmethod
    async def remove(self, lead_id: LeadId) -> None:
        """Forget one that was captured here and that nothing links. Raises NotFound."""

    @abstractmethod
    async def unlinked(self, account_id: AccountId) -> Mapping[str, Sequence[LeadId]]:
        """Leads that no SyncRecord of the account links, by canonical e-mail address."""

    @abstractmethod
    async def of_addresses(self, addresses: Collection[str]) -> Mapping[str, Collection[LeadId]]:
        """Who has one of these canonical e-mail addresses, by address."""


class Packages(Protocol):
    """The last known offers of an account."""

    @abstractmethod
    async def replace(self, account_id: AccountId, packages: Sequence[Package]) -> None:
        """These are the offers now."""

    @abstractmethod
    async def of_account(self, account_id: AccountId) -> Sequence[Package]:
        """An account's offers, in the order in which they were given to ``replace``."""


class SyncRecords(Protocol):
    """The links between provider records and ours."""

    @abstractmethod
    async def by_external_ids(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, SyncRecord]:
        """Those that exist, by external id."""

    @abstractmethod
    async def fingerprints(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, bytes]:
        """Only the fingerprints, by external id: the fast question of every sync."""

    @abstractmethod
    async def of_local(self, kind: str, local_id: UUID) -> Sequence[SyncRecord]:
        """Every link of one of our records."""

    @abstractmethod
    async def of_locals(
        self, account_id: AccountId, kind: str, local_ids: Collection[UUID]
    ) -> Mapping[UUID, SyncRecord]:
        """The link at an account of each of these records of ours that has one; of several the first by external id."""

    @abstractmethod
    async def edited(self, account_id: AccountId, kind: str) -> Collection[str]:
        """External ids of the records whose local version is no longer ``local_version``, or that we have no more,
        unless their link says so. Of what did not go through a unit of work a store need not know.
        """

    @abstractmethod
    async def edited_anyhow(self, account_id: AccountId, kind: str) -> Collection[str]:
        """The same, whatever did it: each link is held against its record, which takes a look at all of them."""

    @abstractmethod
    async def counts(self, account_id: AccountId, kinds: Collection[str]) -> Mapping[str, int]:
        """How many links of each of these kinds there are."""

    @abstractmethod
    async def external_ids(self, account_id: AccountId, kind: str, *, after: str, limit: int) -> Sequence[str]:
        """External ids in order, from the first one after ``after`` (empty: from the beginning)."""

    @abstractmethod
    async def of_run(self, run_id: RunId, *, limit: int) -> Sequence[SyncRecord]:
        """The links that a run made, by account, kind and external id."""

    @abstractmethod
    async def remove_many(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """Forget links; nothing happens for those that are not there."""

    @abstractmethod
    async def retire(self, record: SyncRecord) -> None:
        """Forget the link of a record of ours that is another one there from now on, but not its id: see ``former``."""

    @abstractmethod
    async def former(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> Mapping[str, UUID]:
        """Which of our records were tied to these ids until they were retired: the last of each, as long as no link was
        made since that bears the id. What it meant before, it does not mean again when that link is gone.
        """

    @abstractmethod
    async def add_many(self, records: Sequence[SyncRecord]) -> None:
        """Insert new ones, faster than ``put_many``. Raises StorageConflict, and writes nothing, when one is there."""

    @abstractmethod
    async def put_many(self, records: Sequence[SyncRecord]) -> None:
        """Insert or replace, by (account, kind, external id)."""


class Journal(Protocol):
    """The append-only list of Changes."""

    @abstractmethod
    async def append(self, changes: Iterable[Change]) -> None:
        """Add lines."""

    @abstractmethod
    async def get(self, change_id: EntryId) -> Change:
        """One line. Raises NotFound."""

    @abstractmethod
    async def of_record(self, kind: str, local_id: UUID) -> Sequence[Change]:
        """A record's lines, oldest first, as ``in_order`` of the domain has them."""

    @abstractmethod
    async def of_run(self, run_id: RunId, *, after: EntryId | None = None, limit: int) -> Sequence[Change]:
        """A run's lines, oldest first, from the first one after ``after``."""


class Runs(Entities[Run, RunId], Protocol):
    """Sync runs and their errors."""

    @abstractmethod
    async def last(self, account_id: AccountId, kind: str, *, success: bool) -> Run | None:
        """The latest by start; with ``success`` only among the completed."""

    @abstractmethod
    async def interrupt_running(self, account_id: AccountId, kind: str, *, now: datetime) -> int:
        """Mark the running ones as interrupted (their process is dead: the caller holds the lock). How many."""

    @abstractmethod
    async def add_errors(self, errors: Sequence[SyncError]) -> None:
        """Keep what went wrong."""

    @abstractmethod
    async def recent_errors(self, limit: int) -> Sequence[SyncError]:
        """The latest errors of the tenant, newest first."""

    @abstractmethod
    async def errors_of(self, run: Run, *, limit: int) -> Sequence[SyncError]:
        """The first errors of a run, oldest first."""

    @abstractmethod
    async def count_errors(self) -> int:
        """All errors kept for the tenant."""


class Tasks(Entities[StaffTask, TaskId], Protocol):
    """The tenant's staff tasks. One that was taken out since it was loaded is saved with StaleVersion: whoever works on
    it looks again, and finds none.
    """

    @abstractmethod
    async def open_for(self, operation: str, subject: str) -> Sequence[StaffTask]:
        """The open tasks for that work on that subject, oldest first, so that asking twice makes one task."""

    @abstractmethod
    async def open_at(self, account_id: AccountId) -> Sequence[StaffTask]:
        """The open tasks for something at that account, oldest first."""

    @abstractmethod
    async def remove(self, task: StaffTask) -> None:
        """Take out a task that no person needed to see. Raises StaleVersion when somebody saved it, or took it out,
        since it was loaded.
        """


class Accounts(Entities[ProviderAccount, AccountId], Protocol):
    """The tenant's provider accounts. (provider, name) is unique within the tenant."""

    @abstractmethod
    async def all(self) -> Sequence[ProviderAccount]:
        """Every account, by provider and name."""

    @abstractmethod
    async def claim(self, account_id: AccountId) -> ProviderAccount:
        """The account; who else claims it waits until this transaction ends, and then sees what it wrote.

        For whoever decides about records of the account: a run, a person, an answer of the provider's. Raises NotFound.
        """


class Sites(Protocol):
    """The tenant's branches."""

    @abstractmethod
    async def add(self, site: Site) -> None:
        """Put a new one in. Raises AlreadyExists when the name is taken."""

    @abstractmethod
    async def all(self) -> Sequence[Site]:
        """Every site, by name."""


class Users(Entities[User, UserId], Protocol):
    """The tenant's users. Adding one whose e-mail any tenant has raises AlreadyExists."""

    @abstractmethod
    async def taken(self, canonical_emails: Collection[str]) -> Collection[str]:
        """Those of the canonical addresses that a user of any tenant has."""


class Sessions(Entities[Session, SessionId], Protocol):
    """Logins."""


class ApiKeys(Entities[ApiKey, ApiKeyId], Protocol):
    """API keys."""
