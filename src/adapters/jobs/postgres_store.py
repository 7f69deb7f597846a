"""pgqueuer, set up for us: its names, its queries on a connection of ours, and its own schema.

pgqueuer reads its names from the environment, under words as common as ``CHANNEL`` and ``QUEUE_TABLE``; each is given
here, so that nothing that happens to be set there leads us to another table. They are its usual ones: its tools
(``pgq dashboard``) see our jobs. Its log is unlogged (``balanced``): it is for watching, nothing is restored from it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.models import TableChangedEvent
from pgqueuer.queries import Queries
from pgqueuer.types import Channel
from pgqueuer.types import JobId as Number

from ..persistence.postgres_connection import DriverConnection
from ..persistence.postgres_errors import translated
from .postgres_names import CHANNEL, LOG_TABLE, QUEUE_TABLE, STATUS_TYPE

__all__ = ["Number", "Session", "queries"]

SETTINGS = DBSettings(
    prefix="",
    db_schema=None,
    channel=Channel(CHANNEL),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type=STATUS_TYPE,
    queue_table=QUEUE_TABLE,
    queue_table_log=LOG_TABLE,
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.balanced,
    widen_id=True,
)
_ENVIRONMENT = QueryBuilderEnvironment(SETTINGS)
# It remembers the statements that it has composed, so there is one for all.
_QUEUE = QueryQueueBuilder(SETTINGS)
_SCHEDULER = QuerySchedulerBuilder(SETTINGS)


class Session(AsyncpgDriver):
    """pgqueuer's driver on one connection of ours, with our errors."""

    def __init__(self, connection: DriverConnection, name: str) -> None:
        super().__init__(connection)
        self._name = name

    async def fetch(self, query: str, *args: object) -> list[dict[str, Any]]:
        """The rows. Raises AlreadyExists, StorageConflict, StorageUnavailable, InvalidValue."""
        with translated(self._name):
            return await super().fetch(query, *args)

    async def execute(self, query: str, *args: object) -> str:
        """The command's tag. Raises as ``fetch`` does."""
        with translated(self._name):
            return await super().execute(query, *args)

    async def notify(self, channel: str, payload: str) -> None:
        """With the commit. Raises as ``fetch`` does."""
        with translated(self._name):
            await super().notify(channel, payload)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside undoes only what was done inside."""
        async with self._connection.transaction():
            yield

    async def announce(self, now: datetime) -> None:
        """Tell all who listen that there may be work: pgqueuer's trigger does so for new and deleted jobs only."""
        event = TableChangedEvent.model_validate(
            {
                "channel": CHANNEL,
                "operation": "update",
                "sent_at": now,
                "table": QUEUE_TABLE,
                "type": "table_changed_event",
            }
        )
        await self.notify(CHANNEL, event.model_dump_json(exclude={"received_at"}))


def queries(session: AsyncpgDriver) -> Queries:
    """pgqueuer's queries on that connection, in whatever transaction it is."""
    return Queries(session, qbe=_ENVIRONMENT, qbq=_QUEUE, qbs=_SCHEDULER)
