"""The provider accounts on the status page: how those that are asked are, and what those that are not send here."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import attrs

from ...application.ports.inboxes import DeliveryListing
from ...application.tenancy.check_provider import FINE, NOT_PROBED
from ...application.webhooks.administer_inbox import InboxGlance
from ...domain.shared.ids import AccountId, TenantId
from ...domain.shared.page import Listing
from ..api.answers.providers import HealthAnswer
from ..api.health import provider_health
from ..use_cases import UseCases

_GYMS = "WODIFY"  # W39's heading, for whatever keeps the members
# Among so many of the latest deliveries an account's last one is looked for.
_LATEST = 100


@attrs.frozen(kw_only=True)
class HealthCard:
    """One account's health. ``error`` is there whenever something is wrong (W39), and beside it what a healthy
    provider lacks. ``system`` is the word for it in the heading.

    ``inbox`` is there where the provider sends webhooks; ``last_delivery`` (UTC) where one is among the latest, and
    ``never`` True where none came yet.
    """

    system: str
    account: str | None
    provider: str | None
    status: str
    configured: bool
    checked_at: datetime | None
    error: str | None
    inbox: InboxGlance | None = None
    last_delivery: datetime | None = None
    never: bool = False

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return self.status in FINE

    @property
    def probed(self) -> bool:
        """Whether it was asked; otherwise nothing is known of it."""
        return self.status != NOT_PROBED

    @property
    def mood(self) -> str:
        """How the card looks: in the colours of W40's first row, or neutral."""
        if not self.probed:
            return "info"
        return "healthy" if self.healthy else "unhealthy"


async def health_cards(uses: UseCases, tenant_id: TenantId) -> Sequence[HealthCard]:
    """One per account, at least one. Raises what the store raises."""
    gyms = {account.id for account in await uses.list_provider_accounts.gyms(tenant_id)}
    found = [_card(one, gyms) for one in await provider_health(uses, tenant_id)]
    inboxes = await uses.administer_inbox.at_a_glance(tenant_id)
    if not inboxes:
        return [card for _, card in found]
    latest = await uses.inbox_readers.page(tenant_id, DeliveryListing(window=Listing(limit=_LATEST, descending=True)))
    # The latest come first, and are to stay.
    came = {row.account_id: row.received_at for row in reversed(latest.items)}
    all_seen = latest.count <= len(latest.items)
    return [_with_inbox(card, key, inboxes, came, all_seen=all_seen) for key, card in found]


def unknown_health(error: str) -> HealthCard:
    """Where nothing can be read."""
    return HealthCard(
        system=_GYMS, account=None, provider=None, status="error", configured=False, checked_at=None, error=error
    )


def _with_inbox(
    card: HealthCard,
    key: AccountId | None,
    inboxes: Mapping[AccountId, InboxGlance],
    came: Mapping[AccountId, datetime],
    *,
    all_seen: bool,
) -> HealthCard:
    inbox = inboxes.get(key) if key is not None else None
    last = came.get(key) if key is not None else None
    return attrs.evolve(card, inbox=inbox, last_delivery=last, never=all_seen and last is None)


def _card(found: HealthAnswer, gyms: Collection[UUID]) -> tuple[AccountId | None, HealthCard]:
    error = found.error if isinstance(found.error, str) else None
    provider = found.provider if isinstance(found.provider, str) else ""
    key = AccountId(found.account_id) if isinstance(found.account_id, UUID) else None
    is_gym = not provider or found.account_id in gyms
    return key, HealthCard(
        system=_GYMS if is_gym else provider.replace("_", " ").upper(),
        account=found.account if isinstance(found.account, str) else None,
        provider=provider or None,
        status=found.status,
        configured=found.api_configured,
        checked_at=found.last_check,
        error=error if found.status in FINE else error or "Unknown error",
    )
