"""Who may come in: users, sessions, API keys."""

from ...application.identity.authenticate import Authenticate
from ...application.identity.create_api_key import CreateApiKey
from ...application.identity.create_user import CreateUser
from ...application.identity.import_users import ImportUsers
from ...application.identity.log_in import LogIn
from ...application.identity.log_out import LogOut
from ...application.identity.revoke_api_key import RevokeApiKey
from ..injection import providers
from .ground import Ground
from .storage import Storage


class Identity(Storage):
    """Use cases of identity."""

    log_in: providers.Provider[LogIn] = providers.Singleton(
        LogIn,
        Storage.directory,
        Storage.transactions,
        Ground.hasher,
        Ground.tokens,
        Ground.limiter,
        Ground.clock,
        Ground.ids,
    )
    log_out: providers.Provider[LogOut] = providers.Singleton(
        LogOut, Storage.directory, Storage.transactions, Ground.tokens, Ground.clock
    )
    authenticate: providers.Provider[Authenticate] = providers.Singleton(
        Authenticate, Storage.directory, Ground.tokens, Ground.clock
    )
    create_user: providers.Provider[CreateUser] = providers.Singleton(
        CreateUser, Storage.transactions, Ground.hasher, Ground.clock, Ground.ids
    )
    import_users: providers.Provider[ImportUsers] = providers.Singleton(
        ImportUsers, Storage.transactions, Ground.hasher, Ground.clock, Ground.ids
    )
    create_api_key: providers.Provider[CreateApiKey] = providers.Singleton(
        CreateApiKey, Storage.transactions, Ground.tokens, Ground.clock, Ground.ids
    )
    revoke_api_key: providers.Provider[RevokeApiKey] = providers.Singleton(
        RevokeApiKey, Storage.transactions, Ground.clock
    )
