"""The event log: every fact that aggregates recorded, in the order in which it can be read without missing any."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.shared.events import DomainEvent
from ...domain.shared.ids import EventId, TenantId

# The greatest that stores can be asked for; longer words are not even read.
_NUMBER_MAX, _DIGITS_MAX = 2**63 - 1, 19

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@attrs.frozen(kw_only=True)
class NewEvent:
    """A fact to be kept. ``data`` are its values as JSON; ``subject_id`` is ours or a provider's."""

    type: str
    subject_kind: str
    subject_id: str
    occurred_at: datetime
    data: Mapping[str, Json] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class StoredEvent(NewEvent):
    """A fact as it is kept. ``sequence`` counts the events of its subject from 1, without gaps.

    ``correlation_id`` is that of the request or job that caused it.
    """

    id: EventId
    tenant_id: TenantId
    sequence: int
    recorded_at: datetime
    correlation_id: str | None = None


@attrs.frozen(order=True)
class EventPosition:
    """A place in the log, as ``str`` a word for clients. The first event is after ``EventPosition(0, 0)``."""

    transaction: int
    number: int

    def __str__(self) -> str:
        return f"{self.transaction}-{self.number}"

    @classmethod
    def read(cls, text: str) -> "EventPosition":
        """From the word. Raises InvalidValue."""
        transaction, dash, number = text.partition("-")
        if not (dash and _is_number(transaction) and _is_number(number)):
            raise InvalidValue("a position in the event log looks like 12-345", field="after")
        return cls(int(transaction), int(number))


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= _DIGITS_MAX and int(word) <= _NUMBER_MAX


class Events(Protocol):
    """One tenant's events, inside a unit of work. What is recorded is stored by ``commit``."""

    @abstractmethod
    def record(self, event: NewEvent | DomainEvent) -> None:
        """Keep a fact. Aggregates' own facts are taken from them when they are added or saved.

        Raises InvalidValue for what not every store can keep (see ``event_values.checked``).
        """

    @abstractmethod
    async def get(self, event_id: EventId) -> StoredEvent:
        """Raises NotFound."""

    @abstractmethod
    async def of_subject(self, kind: str, subject_id: str) -> Sequence[StoredEvent]:
        """By sequence."""


class EventLog(Protocol):
    """Reads the log by position. A transaction that commits late is never skipped: its events appear after every
    position that was handed out before."""

    @abstractmethod
    async def after(
        self, tenant_id: TenantId, position: EventPosition, *, limit: int, types: Collection[str] | None = None
    ) -> Sequence[tuple[EventPosition, StoredEvent]]:
        """The next events, of these types only where given. Within a subject ``sequence`` is the order that counts."""

    @abstractmethod
    async def end(self, tenant_id: TenantId) -> EventPosition:
        """After it appears what is committed from now on, and what could not be read yet for an older transaction."""


class Marks(Protocol):
    """What was done and must not be done again, inside a unit of work."""

    @abstractmethod
    async def add(self, scope: str, key: str) -> bool:
        """Set a mark with the commit. False: it was set before. Whoever is second waits for the first one's commit."""

    @abstractmethod
    async def remove(self, scope: str, key: str) -> None:
        """So that it may be done again. Nothing happens when there is none."""
