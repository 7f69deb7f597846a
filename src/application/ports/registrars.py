"""Setting up webhooks at a provider, where its interface allows it."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

import attrs

from ...domain.tenancy.provider_account import ProviderAccount
from .webhooks import Verified, WebhookRequest


@attrs.frozen(kw_only=True)
class Registration:
    """A subscription at the provider. ``details`` are what the inbox keeps of it (as JSON text).

    ``healthy`` False: the provider has switched it off; ``expires_at`` where it ends by itself (UTC).
    """

    external_id: str
    details: str
    healthy: bool = True
    expires_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Wanted:
    """What should be there: deliveries to ``address``, signed with ``secret``; what was set up before is told by
    ``known`` (the inbox's registrations)."""

    address: str
    secret: str = attrs.field(repr=False)
    known: Mapping[str, str] = attrs.field(factory=dict)
    now: datetime


@attrs.frozen(kw_only=True)
class Ensured:
    """What is there now, what was done for it (phrases for people), and since when events may be missing because the
    provider had switched a subscription off (None: none are)."""

    registrations: Sequence[Registration]
    done: Sequence[str] = ()
    missed_since: datetime | None = None


@attrs.frozen(kw_only=True)
class Missed:
    """A delivery that did not come, as it would have come: ``request`` as it would be stored."""

    verified: Verified
    request: WebhookRequest


class Registrar(Protocol):
    """One account's subscriptions. Raises what gateways raise (see ports/gym)."""

    @abstractmethod
    async def ensure(self, wanted: Wanted) -> Ensured:
        """Create what is missing, mend what is off or wrong, renew what ends soon. Twice in a row does nothing more."""

    @abstractmethod
    async def remove(self, wanted: Wanted) -> Sequence[str]:
        """Take ours away; the ids that are gone."""

    @abstractmethod
    def backfill(self, since: datetime) -> AsyncIterator[Sequence[Missed]]:
        """What was missed since then, in pages; nothing where the provider cannot tell."""


class Registrars(Protocol):
    """Opens registrars for accounts."""

    @abstractmethod
    def can_register(self, provider: str) -> bool:
        """Whether its interface allows it; otherwise a person enters the address in the provider's own pages."""

    @abstractmethod
    def by_hand(self, provider: str, address: str) -> Sequence[str]:
        """What a person does in the provider's own pages so that it sends webhooks to ``address``, step by step;
        nothing where that is not known."""

    @abstractmethod
    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[Registrar]:
        """Raises NotConfigured when the account may not be called, GatewayUnsupported where there is none."""
