"""Where webhooks are set up, provider by provider: by a registrar, or by a person with our instructions."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ..application.ports.registrars import Registrar, Registrars
from ..domain.shared.errors import GatewayUnsupported
from ..domain.tenancy.provider_account import ProviderAccount

# The steps for an address.
Steps = Callable[[str], Sequence[str]]


class AccountRegistrars(Protocol):
    """One provider's, as its adapter offers them."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The word in accounts' ``provider``."""

    @abstractmethod
    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[Registrar]:
        """As ``Registrars.open``; the account is one of this provider's."""


class RegistrarRegistry(Registrars):
    """Hands each account to its provider's registrars. ``by_hand`` are the steps at providers that have none."""

    def __init__(self, registrars: Iterable[AccountRegistrars], by_hand: Mapping[str, Steps]) -> None:
        self._registrars = {one.name: one for one in registrars}
        self._by_hand = by_hand

    def can_register(self, provider: str) -> bool:
        """Whether there is a registrar."""
        return provider in self._registrars

    def by_hand(self, provider: str, address: str) -> Sequence[str]:
        """Nothing where there is a registrar."""
        steps = self._by_hand.get(provider)
        return steps(address) if steps is not None else ()

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[Registrar]:
        """Raises GatewayUnsupported where there is none."""
        registrars = self._registrars.get(account.provider)
        if registrars is None:
            raise GatewayUnsupported(
                f"webhooks at {account.provider} are set up by hand", provider=account.provider, account=account.name
            )
        return registrars.open(account)
