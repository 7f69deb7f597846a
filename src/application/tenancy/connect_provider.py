"""A tenant's account at a provider is stored, or given new credentials."""

from collections.abc import Mapping

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId, TenantId
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.gym import Connection, GymProviders
from ..ports.secrets import SecretBox
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class ConnectProviderCommand:
    """``name`` tells accounts at one provider apart; connecting the same name again renews it."""

    tenant_id: TenantId
    provider: str
    name: str = "main"
    api_key: str = attrs.field(repr=False)
    base_url: str | None = None
    settings: Mapping[str, str] = attrs.field(factory=dict)
    writes_enabled: bool = False


@attrs.frozen
class ConnectProvider:
    """Raises InvalidValue: unknown provider, forbidden address, unknown setting, empty key."""

    _transactions: Transactions
    _gyms: GymProviders
    _box: SecretBox
    _clock: Clock
    _ids: IdSource

    async def __call__(self, command: ConnectProviderCommand) -> ProviderAccount:
        """Store it. The credentials are sealed before they reach the store."""
        if not command.api_key.strip():
            raise InvalidValue("the API key is empty", field="api_key")
        name = command.name.strip()
        if not name:
            raise InvalidValue("an account needs a name", field="name")
        connection = self._gyms.check_settings(command.provider, base_url=command.base_url, settings=command.settings)
        sealed = self._box.seal(command.api_key.strip())

        async def store(uow: UnitOfWork) -> ProviderAccount:
            known = await uow.accounts.all()
            same = [a for a in known if (a.provider, a.name) == (command.provider, name)]
            if not same:
                account = self._new(command, name, connection, sealed)
                await uow.accounts.add(account)
                return account
            account = same[0]
            account.renew(sealed)
            account.base_url, account.settings = connection.base_url, connection.settings
            account.writes_enabled = command.writes_enabled
            await uow.accounts.save(account)
            return account

        return await self._transactions.run(command.tenant_id, "connect_provider", store)

    def _new(
        self, command: ConnectProviderCommand, name: str, connection: Connection, sealed: bytes
    ) -> ProviderAccount:
        return ProviderAccount(
            id=AccountId(self._ids.new()),
            tenant_id=command.tenant_id,
            provider=command.provider,
            name=name,
            base_url=connection.base_url,
            credentials=sealed,
            settings=connection.settings,
            writes_enabled=command.writes_enabled,
            created_at=self._clock.now(),
        )
