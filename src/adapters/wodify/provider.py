"""Wodify among the providers: checks accounts' settings and opens their gateways."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import attrs

from ...application.ports.gym import GymGateway
from ...application.ports.providers import Connection
from ...application.ports.secrets import SecretBox
from ...domain.shared.errors import InvalidValue, NotConfigured
from ...domain.tenancy.provider_account import ProviderAccount
from ..http.account_calls import unusable
from ..http.address_guard import check_base_url
from ..http.chain import CallChains, Pacing
from .envelope import effective_status
from .gateway import WodifyGateway
from .protocol import Protocol
from .settings import Options, read_options

DEFAULT_BASE_URL = "https://api.wodify.com/v1"


@attrs.frozen
class WodifyProvider:
    """``credentials`` of its accounts are the API key."""

    _chains: CallChains
    _box: SecretBox

    @property
    def name(self) -> str:
        """The word in accounts' ``provider``."""
        return "wodify"

    def check(self, *, base_url: str | None, settings: Mapping[str, str]) -> Connection:
        """The address with its default, and the settings without the empty ones; what is not set stays unset, so that
        later defaults apply. Raises InvalidValue."""
        read_options(settings)
        url = check_base_url(base_url or DEFAULT_BASE_URL, allow_private=self._chains.allow_private)
        return Connection(
            base_url=url, settings={name: text.strip() for name, text in settings.items() if text.strip()}
        )

    def check_credentials(self, credentials: str) -> str | None:
        """Any text but an empty one: whether it is a key, Wodify knows. Raises InvalidValue."""
        if not credentials.strip():
            raise InvalidValue("the API key is empty", field="api_key")
        return credentials.strip()

    def place(self, account: ProviderAccount) -> str:
        """The address; the site says only where people are created. Which gym is meant, only the key knows."""
        return account.base_url or DEFAULT_BASE_URL

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[GymGateway]:
        """The account's gateway while inside. Raises NotConfigured for credentials, address or settings."""
        return self._open(account)

    @asynccontextmanager
    async def _open(self, account: ProviderAccount) -> AsyncIterator[GymGateway]:
        account.ensure_callable()
        options, base_url = self._checked(account)
        chain = self._chains.open(
            provider=self.name,
            account=account.id,
            pacing=Pacing(per_second=options.calls_per_second, burst=options.burst),
            effective=effective_status,
        )
        protocol = Protocol(base_url=base_url, api_key=self._key(account))
        async with chain as transport:
            yield WodifyGateway(protocol=protocol, transport=transport, options=options, clock=self._chains.clock)

    def _checked(self, account: ProviderAccount) -> tuple[Options, str]:
        """What was checked when it was saved is checked again: the rules may have changed since."""
        try:
            options = read_options(account.settings)
            url = check_base_url(account.base_url or DEFAULT_BASE_URL, allow_private=self._chains.allow_private)
        except InvalidValue as error:
            raise unusable(account, error) from None
        return options, url

    def _key(self, account: ProviderAccount) -> str:
        key = self._box.open(account.credentials or b"").strip()
        if not key or not key.isascii() or not key.isprintable():
            raise NotConfigured(
                f"the API key of account {account.name!r} holds signs that no key has; connect it again",
                account=account.name,
            )
        return key
