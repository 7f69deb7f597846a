"""Past-tense facts that aggregates record."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class DomainEvent:
    """A fact about one subject. ``occurred_at`` is an aware UTC instant given by the caller's clock.

    ``type`` (``member.cancelled``) and ``subject_kind`` are stable names; subclasses add the values of the fact.
    """

    type: ClassVar[str]
    subject_kind: ClassVar[str]

    subject_id: UUID
    occurred_at: datetime


@attrs.define(eq=False)
class Recorder:
    """What an aggregate did since it was loaded, until somebody drains it."""

    _events: list[DomainEvent] = attrs.field(factory=list, init=False)

    def record(self, event: DomainEvent) -> None:
        """Remember a fact, in order."""
        self._events.append(event)

    def drain(self) -> tuple[DomainEvent, ...]:
        """The facts since the last drain, oldest first; a second call gives none."""
        events = tuple(self._events)
        self._events.clear()
        return events
