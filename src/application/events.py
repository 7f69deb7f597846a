"""From what aggregates record to events in the log."""

import enum
from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import attrs

from ..domain.shared.events import DomainEvent
from ..domain.shared.ids import EventId, TenantId
from . import log_context
from .event_values import checked
from .ports.clock import Clock, IdSource
from .ports.events import Events, Json, NewEvent, StoredEvent
from .ports.fanout import Fanout
from .ports.unit_of_work import UnitOfWork

Subject = tuple[str, str]

_COMMON = frozenset(field.name for field in attrs.fields(DomainEvent))


# Put together once: as ``str | int`` they would be with every value.
_PLAIN, _WRITTEN, _LISTED = (str, bool, int, float), (UUID, Decimal), (tuple, list)


def as_new_event(event: DomainEvent) -> NewEvent:
    """The fact as it is kept. Raises TypeError for a value that has no form in JSON."""
    return NewEvent(
        type=event.type,
        subject_kind=event.subject_kind,
        subject_id=str(event.subject_id),
        occurred_at=event.occurred_at,
        data={
            field.name: as_json(getattr(event, field.name))
            for field in attrs.fields(type(event))
            if field.name not in _COMMON
        },
    )


def as_json(value: object) -> Json:
    """Ids, words, dates, instants (with offset) and decimals as texts; values with fields as objects; sets sorted.

    Raises TypeError for anything else, and for a naive instant.
    """
    # Words before plain values: an enum may be a text or a number itself.
    if isinstance(value, enum.Enum):
        return as_json(value.value)
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, _WRITTEN):
        return str(value)
    if isinstance(value, date):
        return _iso(value)
    kind: type[object] = type(value)
    if kind not in _LISTED and attrs.has(kind):
        return {field.name: as_json(getattr(value, field.name)) for field in attrs.fields(kind)}
    return _many(value)


def _many(value: object) -> Json:
    if isinstance(value, _LISTED):
        return [as_json(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, frozenset | set):
        return [as_json(each) for each in sorted(value)]
    raise TypeError(f"an event cannot hold a {type(value).__name__}")


def _iso(value: date) -> str:
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise TypeError("an instant in an event needs an offset")
    return value.isoformat()


class Recording(Protocol):
    """Something that records facts, as aggregates do."""

    def drain(self) -> tuple[DomainEvent, ...]:
        """The facts since the last time."""


class Outbox(Events):
    """A unit of work's events until it commits; adapters say how they are kept."""

    def __init__(self, tenant_id: TenantId, clock: Clock, ids: IdSource) -> None:
        self._tenant_id = tenant_id
        self._clock = clock
        self._ids = ids
        self._pending: list[NewEvent] = []

    def record(self, event: NewEvent | DomainEvent) -> None:
        """Kept with the commit. Raises InvalidValue for what not every store can keep."""
        self._pending.append(checked(as_new_event(event) if isinstance(event, DomainEvent) else event))

    def take(self, recorders: Iterable[Recording]) -> None:
        """What these aggregates recorded is kept with the commit. Call it once they are written."""
        for recorder in recorders:
            for event in recorder.drain():
                self.record(event)

    async def send(self, uow: UnitOfWork, fanout: Fanout) -> None:
        """Store what is pending and tell the fan-out, until nothing more is recorded. For ``commit``.

        Raises StorageConflict when another transaction was first with events of the same subject.
        """
        while self._pending:
            pending, self._pending = self._pending, []
            events = self._stamped(pending, await self._last({(e.subject_kind, e.subject_id) for e in pending}))
            await self._store(events)
            await fanout(uow, events)

    def _stamped(self, pending: Sequence[NewEvent], last: Mapping[Subject, int]) -> Sequence[StoredEvent]:
        sequences = Counter(last)
        now, correlation_id = self._clock.now(), log_context.current().get("correlation_id")
        events = []
        for new in pending:
            subject = (new.subject_kind, new.subject_id)
            sequences[subject] += 1
            events.append(
                StoredEvent(
                    id=EventId(self._ids.new()),
                    tenant_id=self._tenant_id,
                    type=new.type,
                    subject_kind=new.subject_kind,
                    subject_id=new.subject_id,
                    sequence=sequences[subject],
                    occurred_at=new.occurred_at,
                    recorded_at=now,
                    correlation_id=correlation_id,
                    data=new.data,
                )
            )
        return events

    @abstractmethod
    async def _last(self, subjects: Collection[Subject]) -> Mapping[Subject, int]:
        """The last sequence of each subject that has events."""

    @abstractmethod
    async def _store(self, events: Sequence[StoredEvent]) -> None:
        """Keep them, in this order. Raises StorageConflict when one of the sequences is taken."""
