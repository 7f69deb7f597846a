"""A tenant's provider accounts."""

from collections.abc import Sequence

import attrs

from ...domain.shared.ids import AccountId, TenantId
from ...domain.tenancy.provider_account import ProviderAccount
from ..transactions import Transactions


@attrs.frozen
class ListProviderAccounts:
    """Reads only; credentials stay sealed."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId) -> Sequence[ProviderAccount]:
        """All of them, by provider and name."""
        return await self._transactions.read(tenant_id, lambda uow: uow.accounts.all())

    async def one(self, tenant_id: TenantId, account_id: AccountId) -> ProviderAccount:
        """One of them. Raises NotFound."""
        return await self._transactions.read(tenant_id, lambda uow: uow.accounts.get(account_id))
