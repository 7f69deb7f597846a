"""Read models: lists and figures come straight from the store, without entities."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

import attrs

from ...domain.identity.credentials import ApiKey
from ...domain.identity.user import User
from ...domain.shared.ids import AccountId, MemberId, TenantId
from ...domain.shared.page import Listing, Page
from ...domain.staff.task import StaffTask
from ...domain.sync.conflict import Conflict, ConflictState
from ...domain.sync.push import Push, PushState
from ...domain.sync.run import Run, RunState

# The fields by which each list may be ordered; the first is the default.
MEMBER_ORDER = ("last_name", "first_name", "email", "status", "joined_on", "created_at", "updated_at")
LEAD_ORDER = ("created_at", "last_name", "first_name", "email", "status", "updated_at")
TASK_ORDER = ("created_at", "title", "status")
USER_ORDER = ("email", "name", "created_at")


@attrs.frozen(kw_only=True)
class RowLink:
    """Where the record of a line is: at which account of which provider, and under which id there."""

    account_id: AccountId
    provider: str
    account: str
    external_id: str


@attrs.frozen(kw_only=True)
class MemberRow:
    """One line of the members list. ``links`` by account and external id."""

    id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    status: str
    status_text: str | None
    joined_on: date | None
    updated_at: datetime
    links: Sequence[RowLink] = ()


@attrs.frozen(kw_only=True)
class LeadRow:
    """One line of the leads list. ``links`` by account and external id."""

    id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    status: str
    status_text: str | None
    source: str | None
    created_at: datetime
    updated_at: datetime
    links: Sequence[RowLink] = ()


@attrs.frozen(kw_only=True)
class MembershipRow:
    """One line of a member's memberships. ``monthly_price`` is a decimal text."""

    id: UUID
    member_id: UUID
    name: str
    kind: str | None
    status: str
    starts_on: date | None
    ends_on: date | None
    cancels_on: date | None
    monthly_price: str | None
    currency: str | None


@attrs.frozen(kw_only=True)
class MembershipFilter:
    """Which memberships are meant; None: any. ``status`` is one of the states' words."""

    status: str | None = None
    member_id: MemberId | None = None


@attrs.frozen(kw_only=True)
class SoldMembership:
    """One line of the memberships list: a membership, and the name of the member who has it."""

    membership: MembershipRow
    member: str


@attrs.frozen(kw_only=True)
class AuditEntry:
    """One request that changed, or tried to change, something."""

    at: datetime
    principal: str
    name: str
    action: str
    status: int
    correlation_id: str
    address: str | None


@attrs.frozen(kw_only=True)
class ConflictFilter:
    """Which conflicts are meant; None: any.

    ``local_id`` is our record's, which a pairing does not have; ``external_id`` is the provider's.
    """

    state: ConflictState | None = None
    account_id: AccountId | None = None
    kind: str | None = None
    field: str | None = None
    external_id: str | None = None
    local_id: UUID | None = None


class Readers(Protocol):
    """Lists and figures of one tenant.

    ``listing.status`` is one of the states' words; ``q`` finds parts of names, e-mail addresses and phone
    numbers, whatever their case. ``order_by`` outside the list's allowed fields raises InvalidValue; equal
    rows are ordered by id, so that pages never overlap.
    """

    @abstractmethod
    async def members(self, tenant_id: TenantId, listing: Listing) -> Page[MemberRow]:
        """Members, by last name."""

    @abstractmethod
    async def memberships(self, tenant_id: TenantId, member_id: MemberId) -> Sequence[MembershipRow]:
        """A member's memberships, latest start first. Raises NotFound for an unknown member."""

    @abstractmethod
    async def sold_memberships(
        self, tenant_id: TenantId, wanted: MembershipFilter, *, limit: int, offset: int = 0
    ) -> Page[SoldMembership]:
        """Everybody's, latest start first, unknown starts last. Raises NotFound for an unknown member."""

    @abstractmethod
    async def leads(self, tenant_id: TenantId, listing: Listing) -> Page[LeadRow]:
        """Leads, oldest first unless the listing says otherwise."""

    @abstractmethod
    async def tasks(self, tenant_id: TenantId, listing: Listing) -> Page[StaffTask]:
        """Staff tasks, oldest first."""

    @abstractmethod
    async def users(self, tenant_id: TenantId, listing: Listing) -> Page[User]:
        """Users, by e-mail."""

    @abstractmethod
    async def api_keys(self, tenant_id: TenantId) -> Sequence[ApiKey]:
        """API keys, revoked ones too, newest first."""

    @abstractmethod
    async def runs(
        self,
        tenant_id: TenantId,
        *,
        limit: int,
        offset: int = 0,
        pushes: bool = True,
        account_id: AccountId | None = None,
        kind: str | None = None,
        state: RunState | None = None,
    ) -> Sequence[Run]:
        """The latest runs, newest first: of all accounts, kinds and states unless told of which.

        Without ``pushes`` only the syncs.
        """

    @abstractmethod
    async def conflicts(
        self, tenant_id: TenantId, wanted: ConflictFilter, *, limit: int, offset: int = 0
    ) -> Page[Conflict]:
        """Conflicts, newest first by when they were opened."""

    @abstractmethod
    async def pushes(
        self, tenant_id: TenantId, *, limit: int, offset: int = 0, state: PushState | None = None
    ) -> Page[Push]:
        """Pushes, newest first, of all states unless told of which."""

    @abstractmethod
    async def counts(self, tenant_id: TenantId) -> Mapping[str, Mapping[str, int]]:
        """How many of each kind (``members``, ``memberships``, ``leads``, ``tasks``) are in which status."""


class AuditLog(Protocol):
    """The append-only list of requests that change something."""

    @abstractmethod
    async def append(self, tenant_id: TenantId, entry: AuditEntry) -> None:
        """Add a line."""

    @abstractmethod
    async def latest(self, tenant_id: TenantId, *, limit: int, offset: int = 0) -> Sequence[AuditEntry]:
        """A window of the lines, newest first."""
