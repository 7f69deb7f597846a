"""What is on sale (W6, W7)."""

from collections.abc import Sequence

import attrs

from ...domain.membership.package import Package
from ...domain.shared.ids import TenantId
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class ListPackages:
    """As of the last sync of members. Empty when the provider does not tell what it sells."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId) -> Sequence[Package]:
        """The offers of all accounts, account by account."""

        async def ask(uow: UnitOfWork) -> Sequence[Package]:
            offers = [await uow.packages.of_account(account.id) for account in await uow.accounts.all()]
            return tuple(package for of_account in offers for package in of_account)

        return await self._transactions.read(tenant_id, ask)
