"""The providers of an installation, by name."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ..application.ports.gym import GymGateway, GymProviders
from ..application.ports.providers import Connection, Providers
from ..domain.shared.errors import InvalidValue, NotConfigured
from ..domain.tenancy.provider_account import ProviderAccount


class Provider(Protocol):
    """One provider, as adapters offer it."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The word in accounts' ``provider``."""

    @abstractmethod
    def check(self, *, base_url: str | None, settings: Mapping[str, str]) -> Connection:
        """As ``Providers.check_settings``."""

    @abstractmethod
    def check_credentials(self, credentials: str) -> str | None:
        """As ``Providers.check_credentials``."""


class GymProvider(Provider, Protocol):
    """One in which a gym keeps its members."""

    @abstractmethod
    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[GymGateway]:
        """As ``GymProviders.open``; the account is one of this provider's."""

    @abstractmethod
    def place(self, account: ProviderAccount) -> str:
        """As ``GymProviders.place``, among the accounts of this provider."""


class ProviderRegistry(Providers):
    """Asks each provider about its accounts."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._providers = {provider.name: provider for provider in providers}

    def names(self) -> Sequence[str]:
        """Sorted."""
        return sorted(self._providers)

    def check_settings(self, provider: str, *, base_url: str | None, settings: Mapping[str, str]) -> Connection:
        """Raises InvalidValue."""
        return self._known(provider).check(base_url=base_url, settings=settings)

    def check_credentials(self, provider: str, credentials: str) -> str | None:
        """Raises InvalidValue."""
        return self._known(provider).check_credentials(credentials)

    def _known(self, provider: str) -> Provider:
        known = self._providers.get(provider)
        if known is None:
            raise InvalidValue(f"no provider {provider!r}; there are {', '.join(self.names())}", field="provider")
        return known


class GymRegistry(GymProviders):
    """Hands each account to its provider."""

    def __init__(self, providers: Iterable[GymProvider]) -> None:
        self._providers = {provider.name: provider for provider in providers}

    def names(self) -> Sequence[str]:
        """Sorted."""
        return sorted(self._providers)

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[GymGateway]:
        """Raises NotConfigured at once for any other provider."""
        provider = self._providers.get(account.provider)
        if provider is None:
            raise NotConfigured(
                f"no members are kept at {account.provider!r}, only at {', '.join(self.names())}", account=account.name
            )
        return provider.open(account)

    def place(self, account: ProviderAccount) -> str:
        """The provider's name, and what that provider says; of any other provider, the account's address."""
        provider = self._providers.get(account.provider)
        return f"{account.provider} {account.base_url if provider is None else provider.place(account)}"
