"""A tenant's account at a provider is stored, or given new credentials."""

from collections.abc import Mapping

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId, TenantId
from ...domain.shared.unset import UNSET, Unset
from ...domain.staff.task import MACHINE
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.providers import Connection, Providers
from ..ports.secrets import SecretBox
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from ..webhooks.open_inbox import OpenInbox
from .change_account import with_settings
from .credentials import RENEW_CREDENTIALS, subject_of


@attrs.frozen(kw_only=True)
class ConnectProviderCommand:
    """``name`` tells accounts at one provider apart; connecting the same name again renews it.

    What is UNSET stays as it is; a new account has no settings then and may not write. ``settings`` are set one by
    one: an empty text takes one back. ``base_url`` None is the provider's own address. ``api_key`` are the credentials,
    in the provider's form; where an account is of use without any, an empty text leaves them as they are.
    """

    tenant_id: TenantId
    provider: str
    name: str = "main"
    api_key: str = attrs.field(repr=False)
    base_url: str | None | Unset = UNSET
    settings: Mapping[str, str] | Unset = UNSET
    writes_enabled: bool | Unset = UNSET


@attrs.frozen
class ConnectProvider:
    """Raises InvalidValue: unknown provider, forbidden address, unknown setting, a key that is none.

    An account whose provider sends webhooks gets an inbox with it.
    """

    _transactions: Transactions
    _providers: Providers
    _open_inbox: OpenInbox
    _box: SecretBox
    _clock: Clock
    _ids: IdSource

    async def __call__(self, command: ConnectProviderCommand) -> ProviderAccount:
        """Store it. The credentials are sealed before they reach the store; a task to renew them is done then."""
        credentials = self._providers.check_credentials(command.provider, command.api_key)
        name = command.name.strip()
        if not name:
            raise InvalidValue("an account needs a name", field="name")
        sealed = None if credentials is None else self._box.seal(credentials)

        async def store(uow: UnitOfWork) -> ProviderAccount:
            known = await uow.accounts.all()
            same = [a for a in known if (a.provider, a.name) == (command.provider, name)]
            connection = self._connection(command, same[0] if same else None)
            if not same:
                account = self._new(command, name, connection, sealed)
                await uow.accounts.add(account)
                await self._open_inbox.where_useful(uow, account)
                return account
            account = same[0]
            if sealed is not None:
                account.renew(sealed)
                await self._close_tasks(uow, account)
            account.base_url, account.settings = connection.base_url, connection.settings
            if not isinstance(command.writes_enabled, Unset):
                account.writes_enabled = command.writes_enabled
            await uow.accounts.save(account)
            await self._open_inbox.where_useful(uow, account)
            return account

        return await self._transactions.run(command.tenant_id, "connect_provider", store)

    def _connection(self, command: ConnectProviderCommand, known: ProviderAccount | None) -> Connection:
        settings = with_settings(known.settings if known else {}, command.settings or {})
        base_url = command.base_url
        if isinstance(base_url, Unset):
            base_url = known.base_url if known else None
        return self._providers.check_settings(command.provider, base_url=base_url, settings=settings)

    async def _close_tasks(self, uow: UnitOfWork, account: ProviderAccount) -> None:
        for task in await uow.tasks.open_for(RENEW_CREDENTIALS, subject_of(account)):
            task.complete(by=MACHINE, now=self._clock.now(), note="new credentials were entered")
            await uow.tasks.save(task)

    def _new(
        self, command: ConnectProviderCommand, name: str, connection: Connection, sealed: bytes | None
    ) -> ProviderAccount:
        return ProviderAccount(
            id=AccountId(self._ids.new()),
            tenant_id=command.tenant_id,
            provider=command.provider,
            name=name,
            base_url=connection.base_url,
            credentials=sealed,
            settings=connection.settings,
            writes_enabled=bool(command.writes_enabled),
            created_at=self._clock.now(),
        )
