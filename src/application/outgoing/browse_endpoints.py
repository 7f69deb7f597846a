"""Endpoints, their messages, and what became of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from ...domain.shared.errors import NotFound
from ...domain.shared.ids import EndpointId, MessageId, TenantId
from ...domain.shared.page import Listing, Page
from ...domain.webhooks.endpoint import Endpoint
from ...domain.webhooks.message import Attempt, Message, MessageState
from ..ports.outgoing import MessageFilter, MessageRow
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class MessageWithAttempts:
    """A message and the log of its attempts, by number. ``waits_for``: as in the list."""

    message: Message
    attempts: Sequence[Attempt]
    waits_for: MessageId | None


@attrs.frozen
class Waiting:
    """How many of an endpoint's messages wait to be sent, and when the first of them is tried (None: there is none)."""

    count: int
    next_at: datetime | None


@attrs.frozen
class BrowseEndpoints:
    """Reads. Raises NotFound for what the tenant does not have."""

    _transactions: Transactions

    async def all(self, tenant_id: TenantId) -> Sequence[Endpoint]:
        """Every endpoint, by name."""
        return await self._transactions.read(tenant_id, lambda uow: uow.endpoints.all())

    async def one(self, tenant_id: TenantId, endpoint_id: EndpointId) -> Endpoint:
        """That endpoint."""
        return await self._transactions.read(tenant_id, lambda uow: uow.endpoints.get(endpoint_id))

    async def messages(
        self, tenant_id: TenantId, endpoint_id: EndpointId, wanted: MessageFilter, window: Listing
    ) -> Page[MessageRow]:
        """A window of its messages by creation, and how many match. One that waits for another has no ``next_at``."""

        async def read(uow: UnitOfWork) -> Page[MessageRow]:
            await uow.endpoints.get(endpoint_id)
            page = await uow.messages.page(endpoint_id, wanted, window)
            subjects = {row.subject for row in page.items if row.state is MessageState.PENDING}
            heads = await uow.messages.heads(endpoint_id, subjects) if subjects else ()
            first = {head.subject: head.id for head in heads}
            return Page(tuple(_in_its_lane(row, first.get(row.subject)) for row in page.items), page.count)

        return await self._transactions.read(tenant_id, read)

    async def message(self, tenant_id: TenantId, endpoint_id: EndpointId, message_id: MessageId) -> MessageWithAttempts:
        """One of its messages."""

        async def read(uow: UnitOfWork) -> MessageWithAttempts:
            message = await message_of(uow, endpoint_id, message_id)
            waits_for = None
            if message.state is MessageState.PENDING:
                (head,) = await uow.messages.heads(endpoint_id, {message.subject})
                waits_for = head.id if head.id != message.id else None
            return MessageWithAttempts(message, await uow.messages.attempts(message_id), waits_for)

        return await self._transactions.read(tenant_id, read)

    async def counts(self, tenant_id: TenantId) -> Mapping[MessageState, int]:
        """How many of the tenant's messages are in each state."""
        found = await self._transactions.read(tenant_id, lambda uow: uow.messages.counts())
        return {state: found.get(state, 0) for state in MessageState}

    async def waiting(self, tenant_id: TenantId, endpoint_id: EndpointId) -> Waiting:
        """What is sent without a replay."""

        async def read(uow: UnitOfWork) -> Waiting:
            pending = MessageFilter(states=frozenset({MessageState.PENDING}))
            count = (await uow.messages.page(endpoint_id, pending, Listing(limit=1))).count
            heads = await uow.messages.heads(endpoint_id) if count else ()
            return Waiting(count, min((head.next_at for head in heads if head.next_at), default=None))

        return await self._transactions.read(tenant_id, read)


def _in_its_lane(row: MessageRow, head: MessageId | None) -> MessageRow:
    if row.state is not MessageState.PENDING or head in (None, row.id):
        return row
    return attrs.evolve(row, waits_for=head, next_at=None)


async def message_of(uow: UnitOfWork, endpoint_id: EndpointId, message_id: MessageId) -> Message:
    """A message of that endpoint. Raises NotFound, also for another endpoint's message."""
    message = await uow.messages.get(message_id)
    if message.endpoint_id != endpoint_id:
        raise NotFound("webhook message", message_id)
    return message
