"""The gym providers of an installation, by name."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ..application.ports.gym import Connection, GymGateway, GymProviders
from ..domain.shared.errors import InvalidValue, NotConfigured
from ..domain.tenancy.provider_account import ProviderAccount


class GymProvider(Protocol):
    """One provider, as adapters offer it."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The word in accounts' ``provider``."""

    @abstractmethod
    def check(self, *, base_url: str | None, settings: Mapping[str, str]) -> Connection:
        """As ``GymProviders.check_settings``."""

    @abstractmethod
    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[GymGateway]:
        """As ``GymProviders.open``; the account is one of this provider's."""


class ProviderRegistry(GymProviders):
    """Hands each account to its provider."""

    def __init__(self, providers: Iterable[GymProvider]) -> None:
        self._providers = {provider.name: provider for provider in providers}

    def names(self) -> Sequence[str]:
        """Sorted."""
        return sorted(self._providers)

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[GymGateway]:
        """Raises NotConfigured at once for a provider that this installation lacks."""
        provider = self._providers.get(account.provider)
        if provider is None:
            raise NotConfigured(
                f"this installation cannot talk to {account.provider!r}, only to {', '.join(self.names())}",
                account=account.name,
            )
        return provider.open(account)

    def check_settings(self, provider: str, *, base_url: str | None, settings: Mapping[str, str]) -> Connection:
        """Raises InvalidValue."""
        known = self._providers.get(provider)
        if known is None:
            raise InvalidValue(f"no provider {provider!r}; there are {', '.join(self.names())}", field="provider")
        return known.check(base_url=base_url, settings=settings)
