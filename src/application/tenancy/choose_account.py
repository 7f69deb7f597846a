"""Which of a tenant's accounts a request means."""

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.unit_of_work import UnitOfWork


async def choose_account(uow: UnitOfWork, account_id: AccountId | None) -> ProviderAccount | None:
    """The named account, else the only one, None without any. Raises NotFound; InvalidValue when there are several."""
    if account_id is not None:
        return await uow.accounts.get(account_id)
    accounts = await uow.accounts.all()
    if len(accounts) > 1:
        names = ", ".join(f"{a.name} ({a.id})" for a in accounts)
        raise InvalidValue(f"several provider accounts are connected; name one of {names}", field="account_id")
    return accounts[0] if accounts else None
