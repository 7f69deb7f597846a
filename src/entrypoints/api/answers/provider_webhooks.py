"""What a provider sends here: address, secrets (never what they are), state."""

from datetime import datetime
from uuid import UUID

import msgspec

from ....application.webhooks.administer_inbox import InboxShown
from .values import Answer


class LiveSecretAnswer(Answer):
    """That there is one, since when and until when (null: until it is replaced)."""

    created_at: datetime
    expires_at: datetime | None


class WebhooksAnswer(Answer):
    """``is_reachable`` false: the address is without TLS. ``registrations``: the provider's ids of what was set up from
    here. ``disabled_at``: deliveries are answered 410 since then."""

    account_id: UUID
    provider: str
    account: str
    address: str
    is_reachable: bool
    secrets: list[LiveSecretAnswer]
    signs_with_api_key: bool
    registrations: list[str]
    disabled_at: datetime | None
    created_at: datetime


class OneWebhooksAnswer(Answer):
    """One account's."""

    webhooks: WebhooksAnswer


class NewSecretAnswer(Answer, omit_defaults=True):
    """``secret`` only when it was made here: it is told this once."""

    webhooks: WebhooksAnswer
    secret: str | msgspec.UnsetType = msgspec.UNSET


def webhooks(shown: InboxShown) -> WebhooksAnswer:
    """An inbox."""
    return WebhooksAnswer(
        account_id=shown.account_id,
        provider=shown.provider,
        account=shown.account,
        address=shown.address,
        is_reachable=shown.is_reachable,
        secrets=[LiveSecretAnswer(created_at=one.created_at, expires_at=one.expires_at) for one in shown.secrets],
        signs_with_api_key=shown.signs_with_api_key,
        registrations=list(shown.registrations),
        disabled_at=shown.disabled_at,
        created_at=shown.created_at,
    )
