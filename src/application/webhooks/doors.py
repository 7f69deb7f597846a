"""The inboxes as requests find them: looked up by key, with their secrets opened, remembered for a second."""

from datetime import datetime

import attrs

from ...domain.shared.errors import NotConfigured, NotFound, StorageUnavailable
from ...domain.shared.ids import AccountId, TenantId
from ...domain.webhooks.inbox import can_be_key
from ..ports.clock import Clock
from ..ports.inboxes import Door, InboxReaders
from ..ports.secrets import SecretBox
from ..ports.webhooks import InboxView, WebhookProvider, WebhookProviders
from .open_inbox import verifies_by_key

# What a change of an inbox, by any process, may take to be seen here.
_REMEMBERED_S = 1.0
_MOST = 1_000


@attrs.frozen(kw_only=True)
class OpenDoor:
    """An inbox as a request needs it. ``seen_s`` is when it was looked up, by the clock that nobody sets."""

    tenant_id: TenantId
    account_id: AccountId
    provider: WebhookProvider
    view: InboxView
    is_disabled: bool
    seen_s: float


class Doors:
    """Finds inboxes."""

    def __init__(self, readers: InboxReaders, providers: WebhookProviders, box: SecretBox, clock: Clock) -> None:
        self._readers = readers
        self._providers = providers
        self._box = box
        self._clock = clock
        self._remembered: dict[str, OpenDoor] = {}

    def remembered(self, key: str) -> OpenDoor | None:
        """The inbox with that key, if it was looked up within the last second."""
        door = self._remembered.get(key)
        return door if door is not None and self._clock.monotonic() - door.seen_s <= _REMEMBERED_S else None

    async def look_up(self, key: str) -> OpenDoor:
        """The inbox with that key as it is now.

        The store is not asked about what cannot be a key. Raises NotFound, also when its provider sends no webhooks
        here; StorageUnavailable, also when its secrets
        cannot be opened with this installation's key: the provider shall try again.
        """
        seen_s = self._clock.monotonic()
        self._remembered.pop(key, None)
        found = await self._readers.by_key(key) if can_be_key(key) else None
        if found is None:
            raise unknown_address()
        door = OpenDoor(
            tenant_id=found.inbox.tenant_id,
            account_id=found.inbox.id,
            provider=self._providers.get(found.inbox.provider),
            view=self._view(found, self._clock.now()),
            is_disabled=found.inbox.disabled_at is not None,
            seen_s=seen_s,
        )
        if len(self._remembered) >= _MOST:
            self._remembered.clear()
        self._remembered[key] = door
        return door

    def _view(self, found: Door, now: datetime) -> InboxView:
        inbox, account = found.inbox, found.account
        sealed = [secret.sealed for secret in inbox.live_secrets(now)]
        if verifies_by_key(self._providers, account) and account.credentials is not None:
            sealed.append(account.credentials)
        try:
            secrets = tuple(self._box.open(one) for one in sealed)
        except NotConfigured as error:
            raise StorageUnavailable(f"the secrets of an inbox cannot be opened: {error.message}") from error
        return InboxView(secrets=secrets, registrations=inbox.registrations, settings=account.settings)


def unknown_address() -> NotFound:
    """The same for whatever is wrong with it, so that nobody can find out addresses."""
    error = NotFound("webhook", "at this address")
    del error.details["key"]
    return error
