"""Messages that a person wants to be sent: a test, one message once more, or those of a range."""

import attrs

from ...domain.shared.errors import IllegalTransition, InvalidValue
from ...domain.shared.ids import EndpointId, MessageId, TenantId
from ...domain.webhooks.endpoint import Endpoint, EndpointState
from ...domain.webhooks.message import Message, MessageState, webhook_id
from ..ports.clock import Clock, IdSource
from ..ports.events import Json
from ..ports.outgoing import MessageFilter
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .browse_endpoints import message_of
from .payload import TEST_TYPE, body
from .queueing import enqueue_delivery, in_order, task_subject

# How what did not arrive ended.
REPLAYED = frozenset({MessageState.FAILED, MessageState.CANCELLED})
# Some 20 ms of work: others may write in between.
_BATCH = 100


@attrs.frozen
class SendTest:
    """Raises NotFound, IllegalTransition for a disabled endpoint."""

    _transactions: Transactions
    _clock: Clock
    _ids: IdSource

    async def __call__(self, tenant_id: TenantId, endpoint_id: EndpointId) -> Message:
        """A message of type ``webhook.test``, whatever the endpoint's filters; it is sent by the worker."""
        now = self._clock.now()

        async def send(uow: UnitOfWork) -> Message:
            endpoint = await _active(uow, endpoint_id)
            about: dict[str, Json] = {"id": str(endpoint.id), "name": endpoint.name}
            message = Message(
                id=MessageId(self._ids.new()),
                tenant_id=tenant_id,
                endpoint_id=endpoint.id,
                event_id=None,
                event_type=TEST_TYPE,
                subject=task_subject(endpoint.id),
                body=body(TEST_TYPE, now, {"tenant": uow.tenant.slug, "endpoint": about}),
                created_at=now,
                next_at=now,
            )
            await uow.messages.add_many([message])
            await enqueue_delivery(uow, [(endpoint, message)])
            return message

        return await self._transactions.run(tenant_id, "send_test_message", send)


@attrs.frozen(kw_only=True)
class ReplayRange:
    """An endpoint's messages that are meant; without states in ``wanted``, those that never arrived."""

    tenant_id: TenantId
    endpoint_id: EndpointId
    wanted: MessageFilter


@attrs.frozen
class ReplayMessages:
    """A replayed message is sent anew under its old ``webhook-id``, so that a receiver knows it if it has it already.

    Raises NotFound, IllegalTransition for a disabled endpoint.
    """

    _transactions: Transactions
    _clock: Clock

    async def one(self, tenant_id: TenantId, endpoint_id: EndpointId, message_id: MessageId) -> Message:
        """The message as it is now. Raises IllegalTransition while it waits."""

        async def replay(uow: UnitOfWork) -> Message:
            message = await message_of(uow, endpoint_id, message_id)
            endpoint = await _active(uow, endpoint_id)
            if message.state is MessageState.PENDING:
                raise await _on_its_way(uow, message)
            await self._again(uow, endpoint, [message])
            return message

        return await self._transactions.run(tenant_id, "replay_message", replay)

    async def many(self, wish: ReplayRange) -> int:
        """How many are sent again, oldest first. Raises InvalidValue for ``pending``: those are sent anyway."""
        wanted, count = wish.wanted, 0
        if wanted.states is None:
            wanted = attrs.evolve(wanted, states=REPLAYED, never_delivered=True)
        elif MessageState.PENDING in wanted.states:
            raise InvalidValue("what is pending waits and is sent without a replay", field="status")
        last: Message | None = None
        while batch := await self._batch(wish, wanted, last):
            count, last = count + len(batch), batch[-1]
        return count

    async def _batch(self, wish: ReplayRange, wanted: MessageFilter, after: Message | None) -> list[Message]:
        async def replay(uow: UnitOfWork) -> list[Message]:
            endpoint = await _active(uow, wish.endpoint_id)
            messages = list(await uow.messages.matching(endpoint.id, wanted, after=after, limit=_BATCH))
            await self._again(uow, endpoint, messages)
            return messages

        return await self._transactions.run(wish.tenant_id, "replay_messages", replay)

    async def _again(self, uow: UnitOfWork, endpoint: Endpoint, messages: list[Message]) -> None:
        for message in messages:
            message.replay(now=self._clock.now())
            await uow.messages.save(message)
        await enqueue_delivery(uow, in_order(messages, endpoint))


async def _active(uow: UnitOfWork, endpoint_id: EndpointId) -> Endpoint:
    endpoint = await uow.endpoints.get(endpoint_id)
    if endpoint.state is not EndpointState.ACTIVE:
        raise IllegalTransition("the endpoint is disabled: enable it first", status=endpoint.state.value, allowed=[])
    return endpoint


async def _on_its_way(uow: UnitOfWork, message: Message) -> IllegalTransition:
    (head,) = await uow.messages.heads(message.endpoint_id, {message.subject})
    if head.id != message.id:
        then = f"it is sent after {webhook_id(head.id)}, which is about the same subject"
    else:
        then = f"its next try is at {head.next_at:%Y-%m-%d %H:%M:%S} UTC"
    return IllegalTransition(f"this message waits and needs no replay: {then}", status=message.state.value, allowed=[])
