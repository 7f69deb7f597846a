"""Endpoints, messages, and the attempts to deliver them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, delete, func, or_, select, update

from ....application.events import Outbox
from ....application.ports.outgoing import MESSAGE_ORDER, Endpoints, MessageFilter, MessageRow, Messages
from ....domain.shared.errors import AlreadyExists, InvalidValue, NotFound
from ....domain.shared.ids import EndpointId, MessageId, TenantId
from ....domain.shared.page import Listing, Page
from ....domain.webhooks.endpoint import Endpoint, EndpointState
from ....domain.webhooks.message import Attempt, Message, MessageState
from ..connection import Transaction
from ..mappers import outgoing as mappers
from ..tables import WEBHOOK_ATTEMPT, WEBHOOK_ENDPOINT, WEBHOOK_MESSAGE
from ..types import Instant
from .entities import Shape, SqlVersioned, rows_of

ENDPOINTS = Shape("webhook endpoint", WEBHOOK_ENDPOINT, mappers.endpoint_row, mappers.endpoint)
MESSAGES = Shape("webhook message", WEBHOOK_MESSAGE, mappers.message_row, mappers.message)

# So many lines are passed over in well under a millisecond.
_FAR = 1_000
_message = WEBHOOK_MESSAGE.c
_of_endpoint = (_message.tenant_id == bindparam("tenant_id"), _message.endpoint_id == bindparam("endpoint_id"))

ACTIVE = (
    rows_of(WEBHOOK_ENDPOINT)
    .where(WEBHOOK_ENDPOINT.c.state == EndpointState.ACTIVE.value)
    .order_by(WEBHOOK_ENDPOINT.c.id)
)
ATTEMPTS = (
    rows_of(WEBHOOK_ATTEMPT)
    .where(WEBHOOK_ATTEMPT.c.message_id == bindparam("message_id"))
    .order_by(WEBHOOK_ATTEMPT.c.number)
)
_LINE = select(
    *(
        _message[name]
        for name in (
            "id",
            "event_id",
            "event_type",
            "subject",
            "created_at",
            "state",
            "attempts",
            "next_at",
            "done_at",
            "first_delivered_at",
            "size",
        )
    )
).where(*_of_endpoint)
HEADS = _LINE.where(_message.state == MessageState.PENDING.value)
# What was tried goes before what has only waited.
_FIRST_BY = case((_message.failures > 0, 0), else_=1)
_COUNT = select(func.count()).select_from(WEBHOOK_MESSAGE).where(*_of_endpoint)
COUNTS = select(_message.state, func.count()).where(_of_endpoint[0]).group_by(_message.state)
# Other names for the values of the key: a name of a column would be taken for what is to be written.
_own = (_message.tenant_id == bindparam("own_tenant"), _message.endpoint_id == bindparam("own_endpoint"))
_CANCEL_PENDING = (
    update(WEBHOOK_MESSAGE)
    .where(*_own, _message.state == bindparam("waiting"))
    .values(
        state=MessageState.CANCELLED.value,
        next_at=None,
        done_at=bindparam("now", type_=Instant()),
        version=_message.version + 1,
    )
)
_REMOVE = (
    delete(WEBHOOK_ATTEMPT).where(
        WEBHOOK_ATTEMPT.c.tenant_id == bindparam("own_tenant"),
        WEBHOOK_ATTEMPT.c.message_id.in_(select(_message.id).where(*_own)),
    ),
    delete(WEBHOOK_MESSAGE).where(*_own),
    delete(WEBHOOK_ENDPOINT).where(
        WEBHOOK_ENDPOINT.c.tenant_id == bindparam("own_tenant"), WEBHOOK_ENDPOINT.c.id == bindparam("own_endpoint")
    ),
)


class SqlEndpoints(SqlVersioned[Endpoint, EndpointId], Endpoints):
    """The table ``webhook_endpoint``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, shape: Shape[Endpoint], outbox: Outbox) -> None:
        super().__init__(transaction, tenant_id, shape)
        self._outbox = outbox

    async def add(self, entity: Endpoint) -> None:
        """One insert."""
        await super().add(entity)
        self._outbox.take((entity,))

    async def save(self, entity: Endpoint) -> None:
        """One update."""
        await super().save(entity)
        self._outbox.take((entity,))

    async def all(self) -> Sequence[Endpoint]:
        """Sorted here: there are few."""
        return sorted(await self._select(rows_of(WEBHOOK_ENDPOINT)), key=lambda e: (e.name.casefold(), e.id))

    async def active(self) -> Sequence[Endpoint]:
        """By index."""
        return await self._select(ACTIVE)

    async def remove(self, endpoint_id: EndpointId) -> None:
        """Three deletes, from the attempts up."""
        changed = 0
        for statement in _REMOVE:
            key = {"own_tenant": self._tenant_id, "own_endpoint": endpoint_id}
            changed = await self._transaction.execute(statement, key)
        if not changed:
            raise NotFound("webhook endpoint", endpoint_id)


class SqlMessages(SqlVersioned[Message, MessageId], Messages):
    """The tables ``webhook_message`` and ``webhook_attempt``."""

    async def add_many(self, messages: Sequence[Message]) -> None:
        """One insert for all."""
        for message in messages:
            message.version = 1
        rows = [self._row(message) for message in messages]
        if rows and not await self._transaction.insert(WEBHOOK_MESSAGE, rows, len(rows)):
            raise self._already_exists()

    async def page(self, endpoint_id: EndpointId, wanted: MessageFilter, window: Listing) -> Page[MessageRow]:
        """A window and its count are read one after the other."""
        if window.order_by not in (None, *MESSAGE_ORDER):
            raise InvalidValue(f"this list is ordered by {', '.join(MESSAGE_ORDER)}", field="order_by")
        order = (_message.created_at, _message.id)
        ordered = [column.desc() for column in order] if window.descending else order
        statement = _filtered(_LINE, wanted).order_by(*ordered).limit(window.limit).offset(window.offset)
        key = {"tenant_id": self._tenant_id, "endpoint_id": endpoint_id}
        # An event's type may be rare among the messages.
        long = window.offset > _FAR or wanted.event_type is not None or wanted.never_delivered
        rows = await self._transaction.fetch(statement, key, long=long)
        count = window.offset + len(rows)
        if not (0 < len(rows) < window.limit or (not rows and window.offset == 0)):
            count = int((await self._transaction.fetch(_filtered(_COUNT, wanted), key, long=True))[0][0])
        return Page(tuple(map(mappers.message_line, rows)), count)

    async def matching(
        self, endpoint_id: EndpointId, wanted: MessageFilter, *, after: Message | None, limit: int
    ) -> Sequence[Message]:
        """By index of the instant."""
        statement = _filtered(rows_of(WEBHOOK_MESSAGE).where(_message.endpoint_id == bindparam("endpoint_id")), wanted)
        if after is not None:
            later = and_(_message.created_at == after.created_at, _message.id > after.id)
            statement = statement.where(or_(_message.created_at > after.created_at, later))
        ordered = statement.order_by(_message.created_at, _message.id).limit(limit)
        return await self._select(ordered, long=True, endpoint_id=endpoint_id)

    async def heads(self, endpoint_id: EndpointId, subjects: Collection[str] | None = None) -> Sequence[MessageRow]:
        """From the index of the states."""
        statement = HEADS
        if subjects is not None:
            statement = statement.where(_message.subject.in_(sorted(subjects)))
        first = statement.order_by(_FIRST_BY, _message.next_at, _message.created_at, _message.id)
        key = {"tenant_id": self._tenant_id, "endpoint_id": endpoint_id}
        heads: dict[str, MessageRow] = {}
        for row in await self._transaction.fetch(first, key, long=True):
            line = mappers.message_line(row)
            heads.setdefault(line.subject, line)
        return list(heads.values())

    async def counts(self) -> Mapping[MessageState, int]:
        """Off the loop, from the index of the states."""
        rows = await self._transaction.fetch(COUNTS, {"tenant_id": self._tenant_id}, long=True)
        return {MessageState(state): int(count) for state, count in rows}

    async def cancel_pending(self, endpoint_id: EndpointId, *, now: datetime) -> int:
        """One update for all."""
        key = {"own_tenant": self._tenant_id, "own_endpoint": endpoint_id, "waiting": MessageState.PENDING.value}
        return await self._transaction.execute(_CANCEL_PENDING, {**key, "now": now})

    async def log(self, attempt: Attempt) -> None:
        """One insert; the foreign key knows a message that is not there."""
        row = mappers.attempt_row(self._tenant_id, attempt)
        if not await self._transaction.insert(WEBHOOK_ATTEMPT, (row,), 1):
            raise AlreadyExists(f"there is an attempt {attempt.number} already", kind="webhook attempt")

    async def attempts(self, message_id: MessageId) -> Sequence[Attempt]:
        """By primary key."""
        key = {"tenant_id": self._tenant_id, "message_id": message_id}
        return [mappers.attempt(row) for row in await self._transaction.fetch(ATTEMPTS, key)]


def _filtered(statement: Select[Any], wanted: MessageFilter) -> Select[Any]:
    if wanted.states is not None:
        statement = statement.where(_message.state.in_(sorted(state.value for state in wanted.states)))
    if wanted.event_type is not None:
        statement = statement.where(_message.event_type == wanted.event_type)
    if wanted.never_delivered:
        statement = statement.where(_message.first_delivered_at.is_(None))
    if wanted.since is not None:
        statement = statement.where(_message.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(_message.created_at < wanted.until)
    return statement
