"""Gyms in memory, by address."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ...application.ports.gym import GymGateway, GymProviders
from ...application.ports.providers import Connection, Providers
from ...domain.shared.errors import InvalidValue, NotConfigured
from ...domain.tenancy.provider_account import ProviderAccount

PROVIDER = "memory"
_SETTINGS = ("allow_unproven",)


class MemoryGymProviders(GymProviders, Providers):
    """Accounts of the provider ``memory`` reach the gym at their base address; the first gym is the default."""

    def __init__(self, gyms: Mapping[str, GymGateway]) -> None:
        self._gyms = dict(gyms)

    def names(self) -> Sequence[str]:
        """The one name."""
        return (PROVIDER,)

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[GymGateway]:
        """The same gym whenever it is opened. Also raises NotConfigured when no gym has the account's address."""
        return self._open(account)

    def place(self, account: ProviderAccount) -> str:
        """Its address."""
        return account.base_url

    def check_settings(self, provider: str, *, base_url: str | None, settings: Mapping[str, str]) -> Connection:
        """``allow_unproven`` is the only setting."""
        if provider != PROVIDER:
            raise InvalidValue(f"there is no provider {provider!r}, only {PROVIDER}", field="provider")
        address = next(iter(self._gyms), None) if base_url is None else base_url
        if address not in self._gyms:
            raise InvalidValue(f"there is no gym at {address}", field="base_url")
        for name in settings:
            if name not in _SETTINGS:
                raise InvalidValue(f"there is no setting {name!r}", field=f"settings.{name}")
        return Connection(base_url=address, settings=dict(settings))

    def check_credentials(self, provider: str, credentials: str) -> str | None:
        """Any text but an empty one."""
        if provider != PROVIDER:
            raise InvalidValue(f"there is no provider {provider!r}, only {PROVIDER}", field="provider")
        if not credentials.strip():
            raise InvalidValue("the API key is empty", field="api_key")
        return credentials.strip()

    @asynccontextmanager
    async def _open(self, account: ProviderAccount) -> AsyncIterator[GymGateway]:
        account.ensure_callable()
        gym = self._gyms.get(account.base_url)
        if account.provider != PROVIDER or gym is None:
            raise NotConfigured(f"account {account.name!r} leads to no gym", account=account.name)
        yield gym
