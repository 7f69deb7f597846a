"""A message is sent: at least once, and its attempt is kept."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import attrs

from ...domain.jobs.job import Job
from ...domain.resilience.retry import RetryPolicy, RetrySchedule
from ...domain.shared.errors import NotFound
from ...domain.shared.ids import MessageId, TenantId
from ...domain.webhooks.endpoint import DisabledReason, Endpoint, EndpointState
from ...domain.webhooks.message import SUCCESS, Attempt, Message, MessageState
from ..jobs.kinds import JobKind, NotYet
from ..ports.clock import Clock, Dice
from ..ports.outgoing import Answer, WebhookSender
from ..ports.secrets import SecretBox
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .give_up import GiveUp
from .places import Places
from .queueing import DELIVER_MESSAGE

# So many are under way in all workers together: a worker has more places, and the others are for other kinds of jobs.
CONCURRENCY = 16
# The example of Standard Webhooks 1.0.0: ten tries over 75 hours and 35 minutes; each wait up to a tenth longer, so
# that what failed together does not come back together. A receiver that asks for more time gets up to a day.
SCHEDULE = RetrySchedule(
    delays_s=(5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0),
    spread=0.1,
    longest_wait_s=86_400.0,
)
# The message counts its tries and ends by itself; this is only the end of what cannot even be tried.
_RETRY = RetryPolicy(attempts=100, first_s=5.0, longest_s=3_600.0, longest_wait_s=172_800.0)
# Clocks and queues are not that exact.
_EARLY = timedelta(seconds=1)


@attrs.frozen
class Outing:
    """What is sent, where to, and with which secrets it is signed."""

    message: Message
    url: str
    secrets: tuple[str, ...]
    is_failing: bool


@attrs.frozen
class DeliverMessage:
    """One try of one message. Killed after the receiver got it, it sends it once more, with the same ``webhook-id``."""

    _transactions: Transactions
    _sender: WebhookSender
    _box: SecretBox
    _give_up: GiveUp
    _clock: Clock
    _dice: Dice
    _places: Places
    _observe: Callable[[str], None]

    def kind(self) -> JobKind:
        """How its jobs are run."""
        return JobKind(name=DELIVER_MESSAGE, run=self, retry=_RETRY, concurrency=CONCURRENCY)

    async def __call__(self, job: Job) -> None:
        """Raises NotYet when it is to be tried again, or not yet to be tried."""
        message_id, round_ = MessageId(UUID(job.payload["message"])), int(job.payload["round"])
        try:
            outing = await self._prepared(job.tenant_id, message_id, round_)
            if outing is None:
                return
            answer = await self._sent(outing)
            self._observe(_outcome(answer))
            delay = await self._settled(job.tenant_id, message_id, round_, answer)
        except NotFound:
            # The endpoint was deleted, and its messages with it.
            return
        if delay is not None:
            raise NotYet(f"not delivered: {_told(answer)}", delay_s=delay)

    async def _sent(self, outing: Outing) -> Answer:
        """Raises NotYet while others have the places of the endpoint or tenant."""
        message = outing.message
        with self._places.taken(message.tenant_id, message.endpoint_id, is_failing=outing.is_failing) as place:
            answer = await self._sender.send(message, url=outing.url, secrets=outing.secrets)
            place.answered = answer.status is not None
            return answer

    async def _prepared(self, tenant_id: TenantId, message_id: MessageId, round_: int) -> Outing | None:
        """None when there is nothing to send any more."""

        async def look(uow: UnitOfWork) -> tuple[Message, Endpoint]:
            message = await uow.messages.get(message_id)
            return message, await uow.endpoints.get(message.endpoint_id)

        message, endpoint = await self._transactions.read(tenant_id, look)
        now = self._clock.now()
        if not message.awaits(round_):
            return None
        if endpoint.state is not EndpointState.ACTIVE:
            await self._cancelled(message, round_)
            return None
        if message.next_at is not None and message.next_at - now > _EARLY:
            raise NotYet("its next try is later", delay_s=(message.next_at - now).total_seconds())
        secrets = tuple(self._box.open(secret.sealed) for secret in endpoint.live_secrets(now))
        return Outing(message, endpoint.url, secrets, endpoint.failing_since is not None)

    async def _cancelled(self, message: Message, round_: int) -> None:
        """It was written while the endpoint was being disabled."""

        async def cancel(uow: UnitOfWork) -> None:
            found = await uow.messages.get(message.id)
            if found.awaits(round_):
                found.cancel(now=self._clock.now())
                await uow.messages.save(found)

        await self._transactions.run(message.tenant_id, "cancel_message", cancel)

    async def _settled(self, tenant_id: TenantId, message_id: MessageId, round_: int, answer: Answer) -> float | None:
        """Keep how it went; seconds until the next try, None when there is none."""
        jitter = self._dice.roll()

        async def settle(uow: UnitOfWork) -> float | None:
            message = await uow.messages.get(message_id)
            attempt = self._attempt(message, answer)
            awaited = message.awaits(round_)
            if awaited:
                delay = SCHEDULE.delay_s(message.failures + 1, jitter=jitter, retry_after_s=answer.retry_after_s)
                message.note(attempt, again_in_s=delay)
            await uow.messages.save(message)
            await uow.messages.log(attempt)
            if not awaited or await self._is_given_up(uow, attempt, message, told=_told(answer)):
                return None
            return delay if message.awaits(round_) else None

        return await self._transactions.run(tenant_id, "settle_message", settle)

    async def _is_given_up(self, uow: UnitOfWork, attempt: Attempt, message: Message, *, told: str) -> bool:
        """What the attempt means for the endpoint. Whether it is disabled because of it."""
        endpoint = await uow.endpoints.get(message.endpoint_id)
        now, final = attempt.at, message.state is MessageState.FAILED
        changed = endpoint.note_success() if attempt.delivered else endpoint.note_failure(final=final, now=now)
        lost = not attempt.delivered and (attempt.gone or endpoint.is_lost(now))
        if lost and endpoint.state is EndpointState.ACTIVE:
            reason = DisabledReason.GONE if attempt.gone else DisabledReason.FAILING
            await self._give_up(uow, endpoint, reason, answer=told)
            return True
        if changed:
            await uow.endpoints.save(endpoint)
        return False

    def _attempt(self, message: Message, answer: Answer) -> Attempt:
        return Attempt(
            message_id=message.id,
            number=message.next_attempt_number(),
            at=self._clock.now(),
            status=answer.status,
            error=answer.error,
            duration_ms=round(answer.duration_s * 1000),
            excerpt=answer.excerpt,
        )


def _outcome(answer: Answer) -> str:
    """For metrics: ``delivered``, ``gone`` (410), ``refused`` (any other answer), ``unanswered``."""
    if answer.status is None:
        return "unanswered"
    if answer.status == HTTPStatus.GONE:
        return "gone"
    return "delivered" if answer.status in SUCCESS else "refused"


def _told(answer: Answer) -> str:
    """Without what the receiver said, which may be our own request with its secrets: only the attempt keeps that."""
    return str(answer.error if answer.status is None else answer.status)
