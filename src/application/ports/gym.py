"""The outside system in which a gym keeps its members and leads."""

import enum
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Protocol

import attrs

from ...domain.membership.package import Package
from ...domain.shared.unset import UNSET, Unset
from ...domain.tenancy.provider_account import ProviderAccount
from .sources import Observed, Source


class Operation(enum.Enum):
    """What a gym system may be asked to write."""

    CREATE_LEAD = "create_lead"
    UPDATE_LEAD = "update_lead"
    CONVERT_LEAD = "convert_lead"
    CREATE_MEMBER = "create_member"
    UPDATE_MEMBER = "update_member"
    CREATE_MEMBERSHIP = "create_membership"
    UPDATE_MEMBERSHIP = "update_membership"
    CANCEL_MEMBERSHIP = "cancel_membership"


class Support(enum.Enum):
    """How sure we are that the provider can do it. Unproven operations are off unless the account allows them."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    NONE = "none"


@attrs.frozen(kw_only=True)
class NewPerson:
    """Who is created as a lead or a member. ``phone`` as written, ``email`` well formed."""

    first_name: str
    last_name: str
    email: str | None = None
    phone: str | None = None
    notes: str | None = None


@attrs.frozen(kw_only=True)
class LeadPatch:
    """What changes of a lead. ``stage`` is one of our stage words (``new`` …)."""

    stage: str | Unset = UNSET
    notes: str | None | Unset = UNSET


@attrs.frozen(kw_only=True)
class NewMembership:
    """What is sold. ``member`` is the provider's id of the member, ``package`` that of the package or its name.

    ``starts_on`` is a civil date of the gym; ``payment_method`` a word such as ``card``.
    """

    member: str
    package: str
    starts_on: date
    payment_method: str


@attrs.frozen(kw_only=True)
class MembershipPatch:
    """What changes of a membership; the price is a decimal text per month, ``"0"`` is a price."""

    package: str | Unset = UNSET
    status: str | Unset = UNSET
    monthly_price: str | None | Unset = UNSET


@attrs.frozen(kw_only=True)
class Health:
    """What a probe found (W34, W35). ``status``: healthy, error, connection_error, unknown_error, not_configured.

    ``refused``: the provider said that it does not take the credentials; what may be a wrong address is not that.
    """

    status: str
    error: str | None = None
    response: str | None = None
    refused: bool = False


class GymGateway(Protocol):
    """One account at a gym provider.

    Reads may be repeated freely and are. Every method raises GatewayUnavailable (try again later),
    GatewayRejected (do not), GatewayUnsupported (no such operation there), CredentialsRefused. A write that ends
    in GatewayUnavailable may have taken effect: nobody may repeat it blindly.
    """

    @abstractmethod
    def support(self, operation: Operation) -> Support:
        """Whether the provider can do it, as far as is known."""

    @abstractmethod
    async def health(self) -> Health:
        """Probe the provider with one cheap read. Raises nothing: what went wrong is in the answer."""

    @abstractmethod
    def source(self, kind: str) -> Source:
        """The records of one kind, a word of ``application/sync/records/kinds.py``, as a sync reads and writes them.

        Raises GatewayUnsupported for a kind that is not kept there.
        """

    @abstractmethod
    async def list_members(self, *, status: str | None, limit: int, offset: int) -> Sequence[Observed]:
        """One window of the members as the provider has them now (W5); ``status`` is one of our words.

        Ordered by the provider's id; whatever the provider's page size, no record is skipped or repeated.
        """

    @abstractmethod
    async def list_leads(self, *, status: str | None, limit: int, offset: int) -> Sequence[Observed]:
        """One window of the leads as the provider has them now (W12)."""

    @abstractmethod
    async def member(self, external_id: str) -> Observed | None:
        """One member in full, None when the provider says that there is none."""

    @abstractmethod
    async def lead(self, external_id: str) -> Observed | None:
        """One lead in full, None when the provider says that there is none."""

    @abstractmethod
    async def packages(self) -> Sequence[Package]:
        """What is on sale. Raises GatewayUnsupported when the provider does not tell."""

    @abstractmethod
    async def create_lead(self, person: NewPerson) -> Observed:
        """Make a lead, or give the one that already has this e-mail address. Raises SeveralThere where several do."""

    @abstractmethod
    async def update_lead(self, external_id: str, patch: LeadPatch) -> Observed:
        """Change only what the patch sets; raises GatewayNotFound."""

    @abstractmethod
    async def convert_lead(self, external_id: str) -> Observed:
        """Make the lead a member and give that member; an already converted lead gives its member."""

    @abstractmethod
    async def create_member(self, person: NewPerson) -> Observed:
        """Make a member, or give the one that already has this e-mail address. Raises SeveralThere where several do."""

    @abstractmethod
    async def create_membership(self, new: NewMembership) -> Observed:
        """Sell a membership. Moves money at most providers: made once, never repeated."""

    @abstractmethod
    async def update_membership(self, external_id: str, patch: MembershipPatch) -> Observed:
        """Change only what the patch sets; raises GatewayNotFound."""

    @abstractmethod
    async def cancel_membership(self, external_id: str, *, reason: str) -> Observed:
        """End it and give what the provider then shows; raises GatewayNotFound."""


class GymProviders(Protocol):
    """Opens gateways for accounts."""

    @abstractmethod
    def names(self) -> Sequence[str]:
        """The providers whose accounts keep members and leads; they are among those of ``ports/providers``."""

    @abstractmethod
    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[GymGateway]:
        """A gateway for one account while inside; raises NotConfigured when the account may not be called, or is at a
        provider that keeps no members."""

    @abstractmethod
    def place(self, account: ProviderAccount) -> str:
        """Where the account leads: another text as soon as its records are those of another gym or site, and the same
        whatever else is changed. Nothing is called.
        """
