"""The inbox of an account whose provider sends webhooks."""

import attrs

from ...domain.shared.errors import GatewayUnsupported, NotFound
from ...domain.tenancy.provider_account import ProviderAccount
from ...domain.webhooks.inbox import Inbox
from ..ports.clock import Clock
from ..ports.secrets import TokenSource
from ..ports.unit_of_work import UnitOfWork
from ..ports.webhooks import WebhookProviders


def verifies_by_key(providers: WebhookProviders, account: ProviderAccount) -> bool:
    """Whether the account's API key is enough to verify signatures with. Raises NotFound for its provider."""
    return providers.get(account.provider).signs_with_api_key and account.credentials is not None


@attrs.frozen
class OpenInbox:
    """Shared by the use cases about accounts and inboxes."""

    _webhooks: WebhookProviders
    _tokens: TokenSource
    _clock: Clock

    async def where_useful(self, uow: UnitOfWork, account: ProviderAccount) -> Inbox | None:
        """The account's inbox, made when it is not there yet; None when its provider sends no webhooks."""
        return await self(uow, account) if account.provider in self._webhooks.names() else None

    async def __call__(self, uow: UnitOfWork, account: ProviderAccount) -> Inbox:
        """The account's inbox, made when it is not there yet. Raises GatewayUnsupported when its provider sends no
        webhooks."""
        if account.provider not in self._webhooks.names():
            raise GatewayUnsupported(
                f"{account.provider} sends no webhooks that are known here; these do: "
                f"{', '.join(self._webhooks.names())}",
                provider=account.provider,
            )
        try:
            return await uow.inboxes.get(account.id)
        except NotFound:
            pass
        inbox = Inbox(
            id=account.id,
            tenant_id=account.tenant_id,
            provider=account.provider,
            # A part of an address: 256 random bits, and nothing before them.
            key=self._tokens.issue("").text,
            created_at=self._clock.now(),
        )
        await uow.inboxes.add(inbox)
        return inbox
