"""Which of a tenant's accounts a request means."""

from collections.abc import Collection

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.unit_of_work import UnitOfWork


async def choose_account(
    uow: UnitOfWork, account_id: AccountId | None, *, among: Collection[str]
) -> ProviderAccount | None:
    """The named account, else the only one at the providers ``among``, None without any.

    Raises NotFound; InvalidValue when there are several (``details["accounts"]`` names them as ``provider/name``), and
    for a named one at another provider.
    """
    if account_id is not None:
        account = await uow.accounts.get(account_id)
        ensure_at(account, among)
        return account
    accounts = [account for account in await uow.accounts.all() if account.provider in among]
    if len(accounts) > 1:
        names = [f"{a.provider}/{a.name}" for a in accounts]
        each = ", ".join(f"{name} ({a.id})" for name, a in zip(names, accounts, strict=True))
        raise InvalidValue(f"several provider accounts are connected: {each}", field="account_id", accounts=names)
    return accounts[0] if accounts else None


def ensure_at(account: ProviderAccount, among: Collection[str]) -> None:
    """Raises InvalidValue for an account at another provider than those."""
    if account.provider not in among:
        raise InvalidValue(
            f"account {account.name!r} is at {account.provider}, where no members or leads are kept; they are at "
            f"{', '.join(sorted(among))}",
            field="account_id",
        )
