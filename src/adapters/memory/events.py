"""The event log and marks in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ...application.events import Outbox, Subject
from ...application.ports.clock import Clock, IdSource
from ...application.ports.events import EventLog, EventPosition, Marks, StoredEvent
from ...domain.shared.errors import NotFound
from ...domain.shared.ids import EventId, TenantId
from .store import MemoryStore
from .tables import Draft


class MemoryEvents(Outbox):
    """Events, numbered in the order in which they were stored: one writer at a time leaves no gaps to fill."""

    def __init__(self, tenant_id: TenantId, rows: Draft[int, StoredEvent], clock: Clock, ids: IdSource) -> None:
        super().__init__(tenant_id, clock, ids)
        self._rows = rows

    async def get(self, event_id: EventId) -> StoredEvent:
        """A copy."""
        for row in self._rows.among("id", event_id):
            return self._rows.copy(row)
        raise NotFound("event", event_id)

    async def of_subject(self, kind: str, subject_id: str) -> Sequence[StoredEvent]:
        """Copies."""
        return [self._rows.copy(row) for row in self._rows.among("subject", (kind, subject_id))]

    async def _last(self, subjects: Collection[Subject]) -> Mapping[Subject, int]:
        return {subject: sum(1 for _ in self._rows.among("subject", subject)) for subject in subjects}

    async def _store(self, events: Sequence[StoredEvent]) -> None:
        for event in events:
            self._rows.put(self._rows.next_number(), event)


class MemoryMarks(Marks):
    """Marks, with the instant at which they were set."""

    def __init__(self, rows: Draft[tuple[str, str], datetime], clock: Clock) -> None:
        self._rows = rows
        self._clock = clock

    async def add(self, scope: str, key: str) -> bool:
        """Waits for nobody: there is one writer at a time."""
        if (scope, key) in self._rows:
            return False
        self._rows.put((scope, key), self._clock.now())
        return True

    async def remove(self, scope: str, key: str) -> None:
        """Forget it."""
        self._rows.remove((scope, key))


class MemoryEventLog(EventLog):
    """What is committed. The place of an event is the count of those before it, and one."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def after(
        self, tenant_id: TenantId, position: EventPosition, *, limit: int, types: Collection[str] | None = None
    ) -> Sequence[tuple[EventPosition, StoredEvent]]:
        """Copies."""
        table = self._store.room(tenant_id).events
        found = [
            (EventPosition(0, number + 1), table.copy(event))
            for number, event in table.items()
            if EventPosition(0, number + 1) > position and (types is None or event.type in types)
        ]
        return found[:limit]

    async def end(self, tenant_id: TenantId) -> EventPosition:
        """That of the last one."""
        return EventPosition(0, len(self._store.room(tenant_id).events))
