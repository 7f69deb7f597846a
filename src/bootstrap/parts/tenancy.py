"""Tenants and their accounts at providers."""

from ...application.tenancy.change_account import ChangeAccount
from ...application.tenancy.check_provider import CheckProvider
from ...application.tenancy.connect_provider import ConnectProvider
from ...application.tenancy.create_tenant import CreateTenant
from ...application.tenancy.list_provider_accounts import ListProviderAccounts
from ..injection import providers
from .connections import Connections
from .ground import Ground
from .schedules import Schedules
from .storage import Storage
from .webhooks import Webhooks


class Tenancy(Schedules):
    """Use cases of tenancy: a new tenant gets its schedules, a new account its inbox."""

    create_tenant: providers.Provider[CreateTenant] = providers.Singleton(
        CreateTenant, Storage.directory, Ground.clock, Ground.ids, Schedules.install_seeds
    )
    connect_provider: providers.Provider[ConnectProvider] = providers.Singleton(
        ConnectProvider,
        Storage.transactions,
        Connections.connectable,
        Webhooks.open_inbox,
        Ground.box,
        Ground.clock,
        Ground.ids,
    )
    change_account: providers.Provider[ChangeAccount] = providers.Singleton(
        ChangeAccount, Storage.transactions, Connections.connectable
    )
    list_provider_accounts: providers.Provider[ListProviderAccounts] = providers.Singleton(
        ListProviderAccounts, Storage.transactions, Connections.gyms
    )
    check_provider: providers.Provider[CheckProvider] = providers.Singleton(
        CheckProvider, Storage.transactions, Connections.gyms, Connections.guard, Ground.clock
    )
