"""A provider at which webhooks can be set up, without any provider."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

import attrs

from ...application.ports.registrars import Ensured, Missed, Registrar, Registrars, Registration, Wanted
from ...domain.shared.errors import GatewayError, GatewayUnsupported
from ...domain.tenancy.provider_account import ProviderAccount


@attrs.define
class MemoryRegistrars(Registrars):
    """Of the provider ``memory``, or of ``providers``: each account has one subscription there.

    ``addresses`` and ``secrets`` are what was set up, by account; an account in ``switched_off_at`` was switched off
    then. ``missed``: what a backfill gives. ``failure`` is raised by every call.
    """

    providers: Sequence[str] = ("memory",)
    addresses: dict[str, str] = attrs.field(factory=dict)
    secrets: dict[str, str] = attrs.field(factory=dict)
    switched_off_at: dict[str, datetime] = attrs.field(factory=dict)
    missed: list[Missed] = attrs.field(factory=list)
    failure: GatewayError | None = None

    def can_register(self, provider: str) -> bool:
        """Whether it is one of ours."""
        return provider in self.providers

    def by_hand(self, provider: str, address: str) -> Sequence[str]:
        """One step for all others."""
        return () if self.can_register(provider) else (f"enter {address} at {provider}",)

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[Registrar]:
        """The account's registrar while inside."""
        return self._open(account)

    @asynccontextmanager
    async def _open(self, account: ProviderAccount) -> AsyncIterator[Registrar]:
        if not self.can_register(account.provider):
            raise GatewayUnsupported(f"webhooks at {account.provider} are set up by hand", provider=account.provider)
        account.ensure_callable()
        yield MemoryRegistrar(self, str(account.id))


@attrs.frozen
class MemoryRegistrar(Registrar):
    """One account's."""

    _books: MemoryRegistrars
    _account: str

    async def ensure(self, wanted: Wanted) -> Ensured:
        """One subscription, to the wanted address, with the wanted secret."""
        books, key = self._books, self._account
        self._fail_if_told_to()
        done = []
        if key not in books.addresses:
            done.append("created a webhook")
        elif (books.addresses[key], books.secrets[key]) != (wanted.address, wanted.secret):
            done.append("changed the webhook")
        books.addresses[key], books.secrets[key] = wanted.address, wanted.secret
        missed_since = books.switched_off_at.pop(key, None)
        if missed_since is not None:
            done.append("switched on the webhook again")
        kept = Registration(external_id=f"hook-{key}", details="{}")
        return Ensured(registrations=[kept], done=done, missed_since=missed_since)

    async def remove(self, wanted: Wanted) -> Sequence[str]:
        """The account's subscription."""
        self._fail_if_told_to()
        gone = self._books.addresses.get(self._account) == wanted.address
        if gone:
            del self._books.addresses[self._account]
        return [f"hook-{self._account}"] if gone else []

    async def backfill(self, since: datetime) -> AsyncIterator[Sequence[Missed]]:  # noqa: ARG002 -- all of it, whenever
        """What was missed, in one page."""
        self._fail_if_told_to()
        yield tuple(self._books.missed)

    def _fail_if_told_to(self) -> None:
        if self._books.failure is not None:
            raise self._books.failure
