"""The event log, and marks."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, delete, func, select, tuple_

from ....application.events import Outbox, Subject
from ....application.ports.clock import Clock, IdSource
from ....application.ports.events import EventLog, EventPosition, Marks, StoredEvent
from ....domain.shared.errors import NotFound, StorageConflict
from ....domain.shared.ids import EventId, TenantId
from ..connection import Database, Transaction
from ..mappers import events as mappers
from ..moments import first_open_transaction, this_transaction
from ..tables import EVENT, MARK
from .entities import rows_of

EVENT_BY_ID = rows_of(EVENT).where(EVENT.c.id == bindparam("id"))
OF_SUBJECT = (
    rows_of(EVENT)
    .where(EVENT.c.subject_kind == bindparam("kind"), EVENT.c.subject_id == bindparam("subject_id"))
    .order_by(EVENT.c.sequence)
)
LAST_SEQUENCES = (
    select(EVENT.c.subject_id, func.max(EVENT.c.sequence))
    .where(EVENT.c.tenant_id == bindparam("tenant_id"), EVENT.c.subject_kind == bindparam("kind"))
    .group_by(EVENT.c.subject_id)
)
PLACE = select(this_transaction(), func.coalesce(func.max(EVENT.c.number), 0)).where(
    EVENT.c.tenant_id == bindparam("tenant_id"), EVENT.c.xact == this_transaction()
)
_readable = rows_of(EVENT).where(EVENT.c.xact < first_open_transaction())
AFTER = (
    _readable.where(tuple_(EVENT.c.xact, EVENT.c.number) > tuple_(bindparam("xact"), bindparam("number")))
    .order_by(EVENT.c.xact, EVENT.c.number)
    .limit(bindparam("limit"))
)
AFTER_OF_TYPES = AFTER.where(EVENT.c.type.in_(bindparam("types", expanding=True)))
END = (
    _readable.with_only_columns(EVENT.c.xact, EVENT.c.number)
    .order_by(EVENT.c.xact.desc(), EVENT.c.number.desc())
    .limit(1)
)
# In a delete, a parameter may be called as a column is.
_REMOVE_MARK = delete(MARK).where(
    MARK.c.tenant_id == bindparam("tenant_id"), MARK.c.scope == bindparam("scope"), MARK.c.key == bindparam("key")
)


class SqlEvents(Outbox):
    """The table ``event``, within a transaction."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, clock: Clock, ids: IdSource) -> None:
        super().__init__(tenant_id, clock, ids)
        self._transaction = transaction

    async def get(self, event_id: EventId) -> StoredEvent:
        """By primary key."""
        rows = await self._transaction.fetch(EVENT_BY_ID, {"tenant_id": self._tenant_id, "id": event_id})
        if not rows:
            raise NotFound("event", event_id)
        return mappers.event(rows[0])

    async def of_subject(self, kind: str, subject_id: str) -> Sequence[StoredEvent]:
        """By index."""
        parameters = {"tenant_id": self._tenant_id, "kind": kind, "subject_id": subject_id}
        return [mappers.event(row) for row in await self._transaction.fetch(OF_SUBJECT, parameters)]

    async def _last(self, subjects: Collection[Subject]) -> Mapping[Subject, int]:
        ids_by_kind = defaultdict(list)
        for kind, subject_id in subjects:
            ids_by_kind[kind].append(subject_id)
        last = {}
        for kind, ids in ids_by_kind.items():
            statement = self._transaction.among(LAST_SEQUENCES, EVENT.c.subject_id, ids)
            rows = await self._transaction.fetch(statement, {"tenant_id": self._tenant_id, "kind": kind})
            last.update({(kind, subject_id): sequence for subject_id, sequence in rows})
        return last

    async def _store(self, events: Sequence[StoredEvent]) -> None:
        ((xact, number),) = await self._transaction.fetch(PLACE, {"tenant_id": self._tenant_id})
        rows = (mappers.event_row(event, xact, number + n) for n, event in enumerate(events, start=1))
        if not await self._transaction.insert(EVENT, rows, len(events)):
            raise StorageConflict("somebody else recorded events of the same subject meanwhile")


class SqlMarks(Marks):
    """The table ``mark``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, clock: Clock) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id
        self._clock = clock

    async def add(self, scope: str, key: str) -> bool:
        """One insert; PostgreSQL lets the second one wait, in SQLite there is only one."""
        return await self._transaction.insert(MARK, ((self._tenant_id, scope, key, self._clock.now()),), 1)

    async def remove(self, scope: str, key: str) -> None:
        """By primary key."""
        await self._transaction.execute(_REMOVE_MARK, {"tenant_id": self._tenant_id, "scope": scope, "key": key})


class SqlEventLog(EventLog):
    """The table ``event``, over all transactions that are over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(
        self, tenant_id: TenantId, position: EventPosition, *, limit: int, types: Collection[str] | None = None
    ) -> Sequence[tuple[EventPosition, StoredEvent]]:
        """By index; a transaction that is open holds up those that began after it."""
        parameters: dict[str, object] = {
            "tenant_id": tenant_id,
            "xact": position.transaction,
            "number": position.number,
            "limit": limit,
        }
        statement = AFTER if types is None else AFTER_OF_TYPES
        if types is not None:
            parameters["types"] = list(types)
        async with self._database.reading() as connection:
            rows = await connection.fetch(statement, parameters, long=True)
        return [(EventPosition(row[-2], row[-1]), mappers.event(row)) for row in rows]

    async def end(self, tenant_id: TenantId) -> EventPosition:
        """That of the last event that can be read."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(END, {"tenant_id": tenant_id})
        return EventPosition(*rows[0]) if rows else EventPosition(0, 0)
