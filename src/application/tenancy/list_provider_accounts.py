"""A tenant's provider accounts."""

from collections.abc import Sequence

import attrs

from ...domain.shared.ids import AccountId, TenantId
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.gym import GymProviders
from ..transactions import Transactions
from .choose_account import ensure_at


@attrs.frozen
class ListProviderAccounts:
    """Reads only; credentials stay sealed."""

    _transactions: Transactions
    _gyms: GymProviders

    async def __call__(self, tenant_id: TenantId) -> Sequence[ProviderAccount]:
        """All of them, by provider and name."""
        return await self._transactions.read(tenant_id, lambda uow: uow.accounts.all())

    async def one(self, tenant_id: TenantId, account_id: AccountId) -> ProviderAccount:
        """One of them. Raises NotFound."""
        return await self._transactions.read(tenant_id, lambda uow: uow.accounts.get(account_id))

    async def gyms(self, tenant_id: TenantId) -> Sequence[ProviderAccount]:
        """Those at which members and leads are kept, by provider and name."""
        names = self._gyms.names()
        return [account for account in await self(tenant_id) if account.provider in names]

    async def gym(self, tenant_id: TenantId, account_id: AccountId) -> ProviderAccount:
        """One of those. Raises NotFound, and InvalidValue for an account at another provider."""
        account = await self.one(tenant_id, account_id)
        ensure_at(account, self._gyms.names())
        return account
