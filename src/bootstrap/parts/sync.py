"""What keeps us and the providers in step."""

from ...application.sync.desk import SyncDesk, sync_desk
from ..injection import providers
from .connections import Connections
from .ground import Ground
from .storage import Storage


class Sync(Storage, Connections):
    """The desk of the sync."""

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
        policy=Ground.policy,
        laws=Ground.all_laws,
    )
