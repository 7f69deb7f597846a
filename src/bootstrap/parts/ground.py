"""What everything else stands on: settings, the clock, chance, secrets, the rules that embedders may change."""

from ...adapters.memory.limits import MemoryLimiter
from ...adapters.phones import LibraryPhoneBook
from ...adapters.security.passwords import Argon2PasswordHasher
from ...adapters.security.sealing import AesGcmSecretBox
from ...adapters.security.tokens import RandomTokens
from ...adapters.system import SystemClock, SystemDice, UuidSource
from ...application.ports.clock import Clock, Dice, IdSource
from ...application.ports.limits import Limiter
from ...application.ports.phones import PhoneBook
from ...application.ports.secrets import PasswordHasher, SecretBox, TokenSource
from ...application.sync.policies.policy_book import PolicyBook
from ...domain.sync.laws import Laws
from ...domain.sync.policy import Policy
from ..injection import containers, providers
from ..settings import Settings, secret_key


class Ground(containers.DeclarativeContainer):
    """Needs nothing but the settings."""

    settings: providers.Provider[Settings] = providers.Dependency(instance_of=Settings)

    clock: providers.Provider[Clock] = providers.Singleton(SystemClock)
    ids: providers.Provider[IdSource] = providers.Singleton(UuidSource)
    dice: providers.Provider[Dice] = providers.Singleton(SystemDice)
    hasher: providers.Provider[PasswordHasher] = providers.Singleton(Argon2PasswordHasher)
    tokens: providers.Provider[TokenSource] = providers.Singleton(RandomTokens)
    box: providers.Provider[SecretBox] = providers.Singleton(AesGcmSecretBox, providers.Callable(secret_key, settings))
    phones: providers.Provider[PhoneBook] = providers.Singleton(LibraryPhoneBook)
    policy: providers.Provider[Policy] = providers.Singleton(Policy)
    # Laws that policies may name besides Tresen's own: container.laws.add_args(providers.Object(Law(...))).
    laws: providers.List = providers.List()
    all_laws: providers.Provider[Laws] = providers.Singleton(Laws, laws)
    policies: providers.Provider[PolicyBook] = providers.Singleton(PolicyBook, all_laws, policy)
    limiter: providers.Provider[Limiter] = providers.Singleton(MemoryLimiter, clock)
