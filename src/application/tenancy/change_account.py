"""A connected account gets other settings and keeps its credentials."""

from collections.abc import Mapping

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId, TenantId
from ...domain.shared.unset import UNSET, Unset
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.providers import Providers
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class ChangeAccountCommand:
    """``settings`` are set one by one: an empty text takes one back. What is not named stays as it is.

    There is no address here: whoever changes it decides who is sent the kept credentials, and must know them
    (``ConnectProvider``).
    """

    tenant_id: TenantId
    account_id: AccountId
    settings: Mapping[str, str] = attrs.field(factory=dict)
    writes_enabled: bool | Unset = UNSET


@attrs.frozen
class ChangeAccount:
    """Raises NotFound; InvalidValue: nothing to change, a setting that the provider does not have, a value that it
    cannot take.
    """

    _transactions: Transactions
    _providers: Providers

    async def __call__(self, command: ChangeAccountCommand) -> ProviderAccount:
        """All of it, or nothing."""
        if not command.settings and isinstance(command.writes_enabled, Unset):
            raise InvalidValue("nothing to change: name a setting, or whether Tresen may write there", field="settings")

        async def change(uow: UnitOfWork) -> ProviderAccount:
            account = await uow.accounts.get(command.account_id)
            connection = self._providers.check_settings(
                account.provider,
                base_url=account.base_url,
                settings=with_settings(account.settings, command.settings),
            )
            account.settings = connection.settings
            if not isinstance(command.writes_enabled, Unset):
                account.writes_enabled = command.writes_enabled
            await uow.accounts.save(account)
            return account

        return await self._transactions.run(command.tenant_id, "change_account", change)


def with_settings(kept: Mapping[str, str], given: Mapping[str, str]) -> Mapping[str, str]:
    """What is given on top of what is kept; an empty text takes one back."""
    settings = dict(kept)
    for name, text in given.items():
        if text.strip() or name not in settings:
            settings[name] = text
        else:
            del settings[name]
    return settings
