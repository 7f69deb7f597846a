"""Endpoints, their messages, and what became of each."""

from collections.abc import Sequence

import attrs

from ...domain.shared.errors import NotFound
from ...domain.shared.ids import EndpointId, MessageId, TenantId
from ...domain.shared.page import Listing, Page
from ...domain.webhooks.endpoint import Endpoint
from ...domain.webhooks.message import Attempt, Message
from ..ports.outgoing import MessageFilter, MessageRow
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class MessageWithAttempts:
    """A message and the log of its attempts, by number."""

    message: Message
    attempts: Sequence[Attempt]


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
        """A window of its messages by creation, and how many match."""

        async def read(uow: UnitOfWork) -> Page[MessageRow]:
            await uow.endpoints.get(endpoint_id)
            return await uow.messages.page(endpoint_id, wanted, window)

        return await self._transactions.read(tenant_id, read)

    async def message(self, tenant_id: TenantId, endpoint_id: EndpointId, message_id: MessageId) -> MessageWithAttempts:
        """One of its messages."""

        async def read(uow: UnitOfWork) -> MessageWithAttempts:
            return MessageWithAttempts(
                await message_of(uow, endpoint_id, message_id), await uow.messages.attempts(message_id)
            )

        return await self._transactions.read(tenant_id, read)


async def message_of(uow: UnitOfWork, endpoint_id: EndpointId, message_id: MessageId) -> Message:
    """A message of that endpoint. Raises NotFound, also for another endpoint's message."""
    message = await uow.messages.get(message_id)
    if message.endpoint_id != endpoint_id:
        raise NotFound("webhook message", message_id)
    return message
