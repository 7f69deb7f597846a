"""The database, what is read from it, and what follows from what is written."""

from collections.abc import Sequence

from ...adapters.jobs.choice import JobChannel
from ...adapters.persistence.agenda import SqlAgenda
from ...adapters.persistence.audit import SqlAuditLog
from ...adapters.persistence.connection import Database
from ...adapters.persistence.database import open_database
from ...adapters.persistence.directory import SqlDirectory
from ...adapters.persistence.inbox_readers import SqlInboxReaders
from ...adapters.persistence.locks import SqlRunLocks
from ...adapters.persistence.outgoing_readers import SqlOutgoingReaders
from ...adapters.persistence.readers import SqlReaders
from ...adapters.persistence.repositories.events import SqlEventLog
from ...adapters.persistence.store_care import SqlStoreCare
from ...adapters.persistence.unit_of_work import SqlUnitsOfWork
from ...application.event_types import EventTypes
from ...application.outgoing.announce import Announce
from ...application.ports.directory import Directory
from ...application.ports.events import EventLog
from ...application.ports.inboxes import InboxReaders
from ...application.ports.jobs import JobQueue
from ...application.ports.locks import RunLocks
from ...application.ports.outgoing import OutgoingReaders
from ...application.ports.readers import AuditLog, Readers
from ...application.ports.schedules import Agenda
from ...application.ports.store import StoreCare
from ...application.ports.unit_of_work import UnitsOfWork
from ...application.reactions import Reactions, Row, table
from ...application.transactions import Transactions
from ..injection import providers
from ..metrics import observe_transaction
from .ground import Ground


def _queue_of(channel: JobChannel) -> JobQueue:
    return channel.queue()


class Storage(Ground):
    """Engines are built synchronously and closed by ``Installation``."""

    database: providers.Provider[Database] = providers.Singleton(
        open_database, Ground.settings.provided.effective_database_url, clock=Ground.clock, ids=Ground.ids
    )
    channel: providers.Provider[JobChannel] = providers.Singleton(JobChannel, database)
    queue: providers.Provider[JobQueue] = providers.Singleton(_queue_of, channel)

    announce: providers.Provider[Announce] = providers.Singleton(Announce, Ground.ids)
    # What embedders let follow from events: container.reactions.add_args(providers.Object(Reaction(...))).
    reactions: providers.List = providers.List()
    reaction_table: providers.Provider[Sequence[Row]] = providers.Callable(
        table, outgoing_webhooks=announce.provided.row.call(), embedders=reactions
    )
    # Types of events that embedders record: container.event_types.add_args(providers.Object("tournament.won")).
    event_types: providers.List = providers.List()
    known_events: providers.Provider[EventTypes] = providers.Singleton(EventTypes, event_types)
    fanout: providers.Provider[Reactions] = providers.Singleton(Reactions, reaction_table.provider, known_events)

    units: providers.Provider[UnitsOfWork] = providers.Singleton(
        SqlUnitsOfWork, database, fanout, channel.provided.jobs
    )
    transactions: providers.Provider[Transactions] = providers.Singleton(
        Transactions, units, Ground.clock, Ground.dice, providers.Object(observe_transaction)
    )

    agenda: providers.Provider[Agenda] = providers.Singleton(SqlAgenda, database)
    audit: providers.Provider[AuditLog] = providers.Singleton(SqlAuditLog, database)
    directory: providers.Provider[Directory] = providers.Singleton(SqlDirectory, database)
    event_log: providers.Provider[EventLog] = providers.Singleton(SqlEventLog, database)
    inbox_readers: providers.Provider[InboxReaders] = providers.Singleton(SqlInboxReaders, database)
    locks: providers.Provider[RunLocks] = providers.Singleton(SqlRunLocks, database)
    outgoing_readers: providers.Provider[OutgoingReaders] = providers.Singleton(SqlOutgoingReaders, database)
    readers: providers.Provider[Readers] = providers.Singleton(SqlReaders, database)
    store: providers.Provider[StoreCare] = providers.Singleton(SqlStoreCare, database)
