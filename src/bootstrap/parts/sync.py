"""What keeps us and the providers in step."""

from ...application.sync.desk import SyncDesk, sync_desk
from ...domain.sync.laws import Laws
from ...domain.sync.policy import Policy
from ..injection import providers
from .connections import Connections
from .ground import Ground
from .storage import Storage


class Sync(Storage, Connections):
    """The desk of the sync, and what embedders may change of its rules."""

    policy: providers.Provider[Policy] = providers.Singleton(Policy)
    # Laws that policies may name besides Tresen's own: container.laws.add_args(providers.Object(Law(...))).
    laws: providers.List = providers.List()
    sync: providers.Provider[SyncDesk] = providers.Singleton(
        sync_desk,
        transactions=Storage.transactions,
        gyms=Connections.gyms,
        locks=Storage.locks,
        guard=Connections.guard,
        phones=Ground.phones,
        readers=Storage.readers,
        clock=Ground.clock,
        ids=Ground.ids,
        policy=policy,
        laws=providers.Singleton(Laws, laws),
    )
