"""What the provider itself lists now (W5, W12), to be held against what is stored here."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import attrs

from ...domain.shared.errors import CredentialsRefused, NotConfigured
from ...domain.shared.ids import AccountId, TenantId
from ...domain.shared.page import Listing
from ...domain.sync.schema import Values
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.gym import GymGateway, GymProviders
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..tenancy.choose_account import choose_account
from ..tenancy.credentials import CredentialGuard
from ..transactions import Transactions


@attrs.frozen
class Shown:
    """One record as the provider shows it, in our field names."""

    external_id: str
    values: Values


@attrs.frozen
class Browse:
    """Calls the provider; writes nothing, but that the account is blocked where the provider refuses its credentials.
    Uses the listing's status, limit and offset.

    Raises NotConfigured without an account, GatewayError.
    """

    _transactions: Transactions
    _gyms: GymProviders
    _guard: CredentialGuard

    async def members(
        self, tenant_id: TenantId, listing: Listing, *, account_id: AccountId | None = None
    ) -> Sequence[Shown]:
        """Members, by the provider's id."""
        async with self._opened(tenant_id, account_id) as gym:
            window = await gym.list_members(status=listing.status, limit=listing.limit, offset=listing.offset)
        return _shown(window)

    async def leads(
        self, tenant_id: TenantId, listing: Listing, *, account_id: AccountId | None = None
    ) -> Sequence[Shown]:
        """Leads, by the provider's id."""
        async with self._opened(tenant_id, account_id) as gym:
            window = await gym.list_leads(status=listing.status, limit=listing.limit, offset=listing.offset)
        return _shown(window)

    @asynccontextmanager
    async def _opened(self, tenant_id: TenantId, account_id: AccountId | None) -> AsyncIterator[GymGateway]:
        """A refusal of the credentials says whose they are: nobody may have named the account."""
        account = await self._account(tenant_id, account_id)
        try:
            async with self._gyms.open(account) as gym:
                yield gym
        except CredentialsRefused as refused:
            refuse = partial(self._guard.refuse, called=account, reason=refused.message)
            await self._transactions.run(tenant_id, "refuse_credentials", refuse)
            named = {**refused.details, "account": f"{account.provider}/{account.name}"}
            raise CredentialsRefused(refused.message, **named) from refused

    async def _account(self, tenant_id: TenantId, account_id: AccountId | None) -> ProviderAccount:
        async def ask(uow: UnitOfWork) -> ProviderAccount | None:
            return await choose_account(uow, account_id, among=self._gyms.names())

        account = await self._transactions.read(tenant_id, ask)
        if account is None:
            raise NotConfigured("no provider account is connected: connect one first")
        return account


def _shown(window: Sequence[Observed]) -> Sequence[Shown]:
    return tuple(Shown(one.external_id, one.read().values) for one in window)
