"""Provider accounts and sites."""

from collections.abc import Sequence

from sqlalchemy import bindparam

from ....application.ports.repositories import Accounts, Sites
from ....domain.shared.errors import AlreadyExists, NotFound
from ....domain.shared.ids import AccountId, TenantId
from ....domain.tenancy.provider_account import ProviderAccount
from ....domain.tenancy.tenant import Site
from ..connection import Transaction
from ..mappers import tenancy
from ..tables import PROVIDER_ACCOUNT, SITE
from .entities import Shape, SqlVersioned, rows_of

ACCOUNTS = Shape("provider account", PROVIDER_ACCOUNT, tenancy.account_row, tenancy.account)

# SQLite has no such words, and gets none.
CLAIMED = rows_of(PROVIDER_ACCOUNT).where(PROVIDER_ACCOUNT.c.id == bindparam("id")).with_for_update(key_share=True)


class SqlAccounts(SqlVersioned[ProviderAccount, AccountId], Accounts):
    """The table ``provider_account``."""

    async def all(self) -> Sequence[ProviderAccount]:
        """Sorted here: there are few."""
        accounts = await self._select(rows_of(PROVIDER_ACCOUNT))
        return sorted(accounts, key=lambda a: (a.provider.casefold(), a.name.casefold(), a.id))

    async def claim(self, account_id: AccountId) -> ProviderAccount:
        """By a lock of the row, which rows that refer to it do not wait for. SQLite has one writer at a time anyway."""
        found = await self._select(CLAIMED, id=account_id)
        if not found:
            raise NotFound(self._shape.kind, account_id)
        return found[0]


class SqlSites(Sites):
    """The table ``site``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id

    async def add(self, site: Site) -> None:
        """One insert."""
        if site.tenant_id != self._tenant_id:
            raise NotFound("site", site.id)
        if not await self._transaction.insert(SITE, (tenancy.site_row(site),), 1):
            raise AlreadyExists(f"there is a site {site.name} already", kind="site")

    async def all(self) -> Sequence[Site]:
        """Sorted here: there are few."""
        rows = await self._transaction.fetch(rows_of(SITE), {"tenant_id": self._tenant_id})
        return sorted(map(tenancy.site, rows), key=lambda site: (site.name.casefold(), site.id))
