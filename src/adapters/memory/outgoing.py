"""Endpoints, messages and attempts in memory."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from ...application.events import Outbox
from ...application.ports.outgoing import (
    MESSAGE_ORDER,
    Endpoints,
    MessageFilter,
    MessageRow,
    Messages,
    OutgoingFigures,
    OutgoingReaders,
)
from ...domain.shared.errors import AlreadyExists, InvalidValue, NotFound
from ...domain.shared.ids import EndpointId, MessageId, TenantId
from ...domain.shared.page import Listing, Page
from ...domain.webhooks.endpoint import Endpoint, EndpointState
from ...domain.webhooks.message import Attempt, Message, MessageState
from .entities import MemoryVersioned
from .store import MemoryStore
from .tables import Draft

AttemptKey = tuple[MessageId, int]


class MemoryEndpoints(MemoryVersioned[Endpoint, EndpointId], Endpoints):
    """Endpoints."""

    def __init__(
        self,
        tenant_id: TenantId,
        rows: Draft[UUID, Endpoint],
        messages: Draft[UUID, Message],
        attempts: Draft[AttemptKey, Attempt],
        outbox: Outbox,
    ) -> None:
        super().__init__("webhook endpoint", tenant_id, rows, lambda e: rows.among("name", e.name))
        self._messages = messages
        self._attempts = attempts
        self._outbox = outbox

    async def add(self, entity: Endpoint) -> None:
        """Keep a copy."""
        await super().add(entity)
        self._outbox.take((entity,))

    async def save(self, entity: Endpoint) -> None:
        """Keep a copy instead of the former one."""
        await super().save(entity)
        self._outbox.take((entity,))

    async def all(self) -> Sequence[Endpoint]:
        """Copies."""
        return [self._rows.copy(row) for row in sorted(self._rows.all(), key=lambda e: (e.name.casefold(), e.id))]

    async def active(self) -> Sequence[Endpoint]:
        """Copies."""
        rows = (row for row in self._rows.all() if row.state is EndpointState.ACTIVE)
        return [self._rows.copy(row) for row in sorted(rows, key=lambda e: e.id)]

    async def remove(self, endpoint_id: EndpointId) -> None:
        """With all that belongs to it."""
        if endpoint_id not in self._rows:
            raise NotFound("webhook endpoint", endpoint_id)
        for message in list(self._messages.among("endpoint", endpoint_id)):
            for attempt in list(self._attempts.among("message", message.id)):
                self._attempts.remove((attempt.message_id, attempt.number))
            self._messages.remove(message.id)
        self._rows.remove(endpoint_id)


class MemoryMessages(MemoryVersioned[Message, MessageId], Messages):
    """Messages and attempts."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Message], attempts: Draft[AttemptKey, Attempt]) -> None:
        super().__init__("webhook message", tenant_id, rows)
        self._attempts = attempts

    async def add_many(self, messages: Sequence[Message]) -> None:
        """None of them, when one is there."""
        if any(message.id in self._rows for message in messages):
            raise AlreadyExists("there is such a webhook message already", kind="webhook message")
        for message in messages:
            await self.add(message)

    async def page(self, endpoint_id: EndpointId, wanted: MessageFilter, window: Listing) -> Page[MessageRow]:
        """A look at each."""
        if window.order_by not in (None, *MESSAGE_ORDER):
            raise InvalidValue(f"this list is ordered by {', '.join(MESSAGE_ORDER)}", field="order_by")
        rows = self._meant(endpoint_id, wanted)
        if window.descending:
            rows.reverse()
        return Page(tuple(map(_line, rows[window.offset : window.offset + window.limit])), len(rows))

    async def matching(
        self, endpoint_id: EndpointId, wanted: MessageFilter, *, after: Message | None, limit: int
    ) -> Sequence[Message]:
        """Copies."""
        rows = self._meant(endpoint_id, wanted)
        if after is not None:
            rows = [row for row in rows if _creation(row) > _creation(after)]
        return [self._rows.copy(row) for row in rows[:limit]]

    async def heads(self, endpoint_id: EndpointId, subjects: Collection[str] | None = None) -> Sequence[MessageRow]:
        """A look at each."""
        heads: dict[str, Message] = {}
        waiting = self._meant(endpoint_id, MessageFilter(states=frozenset({MessageState.PENDING})))
        for row in sorted(waiting, key=lambda m: (not m.failures, m.next_at or m.created_at, *_creation(m))):
            if subjects is None or row.subject in subjects:
                heads.setdefault(row.subject, row)
        return list(map(_line, heads.values()))

    async def counts(self) -> Mapping[MessageState, int]:
        """Counted anew each time."""
        return Counter(row.state for row in self._rows.all())

    async def cancel_pending(self, endpoint_id: EndpointId, *, now: datetime) -> int:
        """One by one."""
        waiting = self._meant(endpoint_id, MessageFilter(states=frozenset({MessageState.PENDING})))
        for row in waiting:
            message = self._rows.copy(row)
            message.cancel(now=now)
            await self.save(message)
        return len(waiting)

    async def log(self, attempt: Attempt) -> None:
        """Keep it."""
        await self.get(attempt.message_id)
        key = (attempt.message_id, attempt.number)
        if key in self._attempts:
            raise AlreadyExists(f"there is an attempt {attempt.number} already", kind="webhook attempt")
        self._attempts.put(key, attempt)

    async def attempts(self, message_id: MessageId) -> Sequence[Attempt]:
        """They cannot be changed."""
        return sorted(self._attempts.among("message", message_id), key=lambda attempt: attempt.number)

    def _meant(self, endpoint_id: EndpointId, wanted: MessageFilter) -> list[Message]:
        rows = self._rows.among("endpoint", endpoint_id)
        return sorted((row for row in rows if _is_meant(row, wanted)), key=_creation)


class MemoryOutgoingReaders(OutgoingReaders):
    """Sees what is committed."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def figures(self) -> OutgoingFigures:
        """A look at each."""
        pending = [
            row.created_at
            for room in self._store.rooms
            for _, row in room.messages.items()
            if row.state is MessageState.PENDING
        ]
        endpoints = (row for room in self._store.rooms for _, row in room.endpoints.items())
        disabled = sum(row.state is EndpointState.DISABLED for row in endpoints)
        oldest = min(pending, default=None)
        return OutgoingFigures(pending=len(pending), oldest_pending_at=oldest, disabled_endpoints=disabled)


def _creation(message: Message) -> tuple[datetime, UUID]:
    return message.created_at, message.id


def _is_meant(message: Message, wanted: MessageFilter) -> bool:
    return (
        (wanted.states is None or message.state in wanted.states)
        and wanted.event_type in (None, message.event_type)
        and (wanted.since is None or message.created_at >= wanted.since)
        and (wanted.until is None or message.created_at < wanted.until)
        and not (wanted.never_delivered and message.first_delivered_at)
    )


def _line(m: Message) -> MessageRow:
    return MessageRow(
        id=m.id,
        event_id=m.event_id,
        event_type=m.event_type,
        subject=m.subject,
        state=m.state,
        attempts=m.attempts,
        next_at=m.next_at,
        created_at=m.created_at,
        done_at=m.done_at,
        first_delivered_at=m.first_delivered_at,
        size=len(m.body),
    )
