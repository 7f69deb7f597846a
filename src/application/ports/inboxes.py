"""Inboxes, deliveries, and how far their subjects have come."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId, DeliveryId, TenantId
from ...domain.shared.page import Listing, Page
from ...domain.tenancy.provider_account import ProviderAccount
from ...domain.webhooks.delivery import Delivery, DeliveryState
from ...domain.webhooks.inbox import Inbox
from ...domain.webhooks.standing import Standing
from .repositories import Entities

# The field by which deliveries are ordered.
DELIVERY_ORDER = ("received_at",)


@attrs.frozen(kw_only=True)
class DeliveryFilter:
    """Which deliveries are meant; ``since`` is inclusive, ``until`` is not. Raises InvalidValue when it ends before
    it begins. ``states`` None: all."""

    provider: str | None = None
    states: frozenset[DeliveryState] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InvalidValue("the range ends before it begins", field="until")


@attrs.frozen(kw_only=True)
class DeliveryListing:
    """A window of a list of deliveries, in the order in which they came, or (``descending``) newest first.

    Of the ``window``, ``status`` and ``q`` are not looked at.
    """

    window: Listing = attrs.field(factory=lambda: Listing(descending=True))
    filter: DeliveryFilter = attrs.field(factory=DeliveryFilter)


@attrs.frozen(kw_only=True)
class DeliveryRow:
    """One line of the list: a delivery without its headers and its body, of which ``size`` is the length in bytes."""

    id: DeliveryId
    account_id: AccountId
    provider: str
    delivery_key: str
    type: str | None
    subject: str | None
    state: DeliveryState
    reason: str | None
    attempts: int
    duplicates: int
    size: int
    received_at: datetime
    processed_at: datetime | None
    correlation_id: str


class Inboxes(Entities[Inbox, AccountId], Protocol):
    """The tenant's inboxes, at most one per provider account. ``key`` is unique in the installation."""

    @abstractmethod
    async def all(self) -> Sequence[Inbox]:
        """Every inbox, by provider, then id."""

    @abstractmethod
    async def of_provider(self, provider: str) -> Sequence[Inbox]:
        """Those of one provider, by id."""


class Deliveries(Entities[Delivery, DeliveryId], Protocol):
    """The tenant's deliveries. (account, delivery key) is unique. ``save`` writes what may change, but not
    ``duplicates``."""

    @abstractmethod
    async def add_new(self, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        """Put in those whose key the account does not have yet; True for each that is new. For each of the others
        the one that is there counts a duplicate. The unique key decides, also between processes."""

    @abstractmethod
    async def done_with_content(self, account_id: AccountId, content_hash: bytes) -> DeliveryId | None:
        """A delivery of that content that is done."""

    @abstractmethod
    async def waiting(self, account_id: AccountId, *, limit: int) -> Sequence[Delivery]:
        """The account's deliveries that nobody has looked at yet, oldest first."""

    @abstractmethod
    async def matching(self, wanted: DeliveryFilter, *, limit: int) -> Sequence[DeliveryId]:
        """The first of them by the instant at which they came."""

    @abstractmethod
    async def standing(self, account_id: AccountId, subject_kind: str, subject_id: str) -> Standing | None:
        """How far that subject is."""

    @abstractmethod
    async def put_standing(self, standing: Standing) -> None:
        """Keep it. Raises StorageConflict when somebody else moved the subject since it was read."""


# Of the others there are ever more, and nobody has to look at them.
COUNTED = frozenset(DeliveryState) - {DeliveryState.DONE, DeliveryState.DUPLICATE}


@attrs.frozen
class Door:
    """Where an inbox's key leads to."""

    inbox: Inbox
    account: ProviderAccount


@attrs.frozen(kw_only=True)
class WaitingDelivery:
    """A delivery that nobody has looked at."""

    tenant_id: TenantId
    delivery_id: DeliveryId
    received_at: datetime
    correlation_id: str
    replays: int


@attrs.frozen(kw_only=True)
class DeliveryFigure:
    """How many deliveries, over all tenants, are in a state, and when the oldest of them came."""

    state: DeliveryState
    count: int
    oldest_received_at: datetime


class InboxReaders(Protocol):
    """Reads of inboxes and deliveries; all but ``page`` look at the whole installation."""

    @abstractmethod
    async def by_key(self, key: str) -> Door | None:
        """The inbox with that key, disabled or not, and its account."""

    @abstractmethod
    async def page(self, tenant_id: TenantId, wanted: DeliveryListing) -> Page[DeliveryRow]:
        """A window of a tenant's deliveries, and how many there are in all. Raises InvalidValue outside
        DELIVERY_ORDER."""

    @abstractmethod
    async def waiting(self, *, before: datetime, limit: int) -> Sequence[WaitingDelivery]:
        """Deliveries of all tenants that came before and that nobody has looked at yet."""

    @abstractmethod
    async def figures(self) -> Sequence[DeliveryFigure]:
        """For metrics: every state of COUNTED that occurs."""
