"""A call that rings: the provider waits for an answer, which is given while the call is stored."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping

from ...domain.shared.errors import NotFound
from ...domain.shared.ids import AccountId
from ...domain.webhooks.delivery import Delivery
from ...domain.webhooks.fact import Fact, Json
from ..ports.inbound_calls import CallAnswers, CallSetup, InboundCall, InboundCalls
from ..ports.webhooks import BadSignature, SynchronousAnswer, WebhookRequest
from .doors import OpenDoor, unknown_address
from .intake import Intake
from .receive import EncodedBody, InboxDisabled, IncomingWebhook, ReceiveWebhook

_log = logging.getLogger(__name__)

# A caller listens to the ringing. Whatever takes longer goes on behind the answer.
BUDGET_S = 1.0
# A provider that got no answer asks again within seconds.
_MOST_REMEMBERED = 1_000
_REFUSALS = (NotFound, InboxDisabled, BadSignature, EncodedBody)

Call = tuple[AccountId, str]


class NoSetup(InboundCalls):
    """Every call is answered as it is set up at the provider."""

    async def set_up(self, call: InboundCall) -> CallSetup:  # noqa: ARG002 - the port's
        """As usual."""
        return CallSetup()


class AnswerInboundCall:
    """Raises NotFound, InboxDisabled, BadSignature, EncodedBody. Whatever else goes wrong, the call is answered as
    usual and the fault is logged.

    The call is stored as a delivery at the same time. The answer waits for that and for the set-up, each for no longer
    than ``budget_s``; storing then goes on behind it, and if that fails too, the call is known by its later events.
    A call that is asked about again gets the same answer, as long as this process remembers it.
    """

    def __init__(
        self,
        receive: ReceiveWebhook,
        intake: Intake,
        calls: InboundCalls,
        answers: Mapping[str, CallAnswers],
        *,
        budget_s: float = BUDGET_S,
    ) -> None:
        self._receive = receive
        self._intake = intake
        self._calls = calls
        self._answers = answers
        self._budget_s = budget_s
        self._given: OrderedDict[Call, asyncio.Task[SynchronousAnswer]] = OrderedDict()
        self._storing: set[asyncio.Task[None]] = set()

    async def ensure_open(self, provider: str, key: str) -> None:
        """Before the body is read: that somebody waits for it. Raises NotFound, InboxDisabled."""
        if provider not in self._answers:
            raise unknown_address()
        try:
            async with asyncio.timeout(self._budget_s):
                await self._receive.ensure_open(provider, key)
        except _REFUSALS:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, somebody is on the line
            _log.debug("who rings could not be looked up before the call was read", exc_info=True)

    async def __call__(self, incoming: IncomingWebhook) -> SynchronousAnswer:
        """What the provider is told."""
        answers = self._answers.get(incoming.provider)
        if answers is None:
            raise unknown_address()
        try:
            async with asyncio.timeout(self._budget_s):
                door, verified = await self._receive.admit(incoming)
        except _REFUSALS:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, somebody is on the line
            _log.exception("who rings could not be looked up: the call is answered as usual")
            return answers.answer(CallSetup())
        delivery = self._receive.delivery(door, verified, incoming.request)
        storing = asyncio.create_task(self._store(delivery))
        self._storing.add(storing)
        storing.add_done_callback(self._storing.discard)
        answer = await self._told(_call(door, incoming.request), answers)
        await asyncio.wait([storing], timeout=self._budget_s)
        return answer

    async def finish(self) -> None:
        """Wait for what is still being stored: before the process ends."""
        await asyncio.gather(*self._storing)

    async def _store(self, delivery: Delivery) -> None:
        try:
            await self._intake.store(delivery)
        except Exception:  # noqa: BLE001 - nobody waits for it
            _log.exception("an inbound call could not be stored", extra={"delivery": str(delivery.id)})

    async def _told(self, call: InboundCall, answers: CallAnswers) -> SynchronousAnswer:
        if call.call_id is None:
            return await self._decide(call, answers)
        key = (call.account_id, call.call_id)
        if key not in self._given:
            self._given[key] = asyncio.create_task(self._decide(call, answers))
            if len(self._given) > _MOST_REMEMBERED:
                self._given.popitem(last=False)
        return await asyncio.shield(self._given[key])

    async def _decide(self, call: InboundCall, answers: CallAnswers) -> SynchronousAnswer:
        try:
            async with asyncio.timeout(self._budget_s):
                return answers.answer(await self._calls.set_up(call))
        except Exception:  # noqa: BLE001 - whatever it is, somebody is on the line
            _log.exception("an inbound call is answered as usual, because its set-up failed")
            return answers.answer(CallSetup())


def _call(door: OpenDoor, request: WebhookRequest) -> InboundCall:
    call_id: str | None = None
    values: Mapping[str, Json] = {}
    try:
        reading = door.provider.normalise(request, door.view)
    except Exception:  # noqa: BLE001 - whatever it is, somebody is on the line
        _log.exception("an inbound call cannot be read")
    else:
        if isinstance(reading, Fact):
            call_id, values = reading.subject_id, reading.values
    return InboundCall(tenant_id=door.tenant_id, account_id=door.account_id, call_id=call_id, values=values)
