"""What was stored is looked at, and takes effect: at most once, in one transaction with the mark that it did."""

import logging
from functools import partial
from uuid import UUID

import attrs

from ...domain.jobs.job import Job
from ...domain.resilience.retry import RetryPolicy
from ...domain.shared.errors import NotFound, TresenError
from ...domain.shared.ids import DeliveryId, TenantId
from ...domain.webhooks.delivery import Delivery, DeliveryState
from ...domain.webhooks.fact import Fact, Ignored, Reading, Unusable
from ..jobs.kinds import JobKind, NotYet
from ..log_context import bound
from ..ports.clock import Clock
from ..ports.unit_of_work import UnitOfWork
from ..ports.webhooks import InboxView, WebhookProvider, WebhookProviders, WebhookRequest
from ..transactions import Transactions
from .apply_fact import apply_fact
from .intake import PROCESS_DELIVERY

_log = logging.getLogger(__name__)

# Some 20 minutes with jitter: long enough for what heals by itself, short enough for a person to see the rest.
TRIES = 12
# Longer than TRIES: a delivery is given up here, where it is told why, not by the queue.
_RETRY = RetryPolicy(attempts=2 * TRIES, first_s=1.0, longest_s=900.0, longest_wait_s=3_600.0)


@attrs.frozen
class ProcessDelivery:
    """One delivery's processing. Running it twice does nothing more."""

    _transactions: Transactions
    _providers: WebhookProviders
    _clock: Clock

    def kind(self) -> JobKind:
        """How its jobs are run."""
        return JobKind(name=PROCESS_DELIVERY, run=self, retry=_RETRY)

    async def __call__(self, job: Job) -> None:
        """Look at it, unless that was done. Raises NotYet while what it refers to is not known, and whatever went
        wrong, until it is given up: then the delivery is dead and the job is done.
        """
        round_ = Round.of(job)
        delivery_id = round_.delivery_id
        with bound(correlation_id=job.correlation_id or str(delivery_id)):
            if job.attempts >= TRIES:
                # Whoever was killed each time could not count its failures in the delivery.
                await self._fail(job.tenant_id, round_, job.last_error or "never came to an end", last=True)
                return
            work = partial(self._look_at, round_=round_, tries=job.attempts)
            try:
                await self._transactions.run(job.tenant_id, PROCESS_DELIVERY, work)
            except NotYet:
                raise
            except NotFound as error:
                if error.details.get("key") != str(delivery_id):
                    raise
                _log.warning("a delivery is gone before it was processed", extra={"delivery": str(delivery_id)})
            except Exception as error:
                _log.exception("processing a delivery failed", extra={"delivery": str(delivery_id)})
                if not await self._fail(job.tenant_id, round_, _told(error)):
                    raise

    async def _look_at(self, uow: UnitOfWork, *, round_: "Round", tries: int) -> None:
        delivery = await uow.deliveries.get(round_.delivery_id)
        if not round_.is_open(delivery):
            return
        now = self._clock.now()
        twin = await uow.deliveries.done_with_content(delivery.account_id, delivery.content_hash)
        if delivery.body and twin is not None:
            delivery.conclude(DeliveryState.DUPLICATE, now=now, reason=f"same content as {twin}")
        else:
            readings = Readings(self._providers.get(delivery.provider), await _view(uow, delivery))
            match readings.of(delivery):
                case Ignored(reason, type_):
                    delivery.type = delivery.type or type_
                    delivery.conclude(DeliveryState.IGNORED, now=now, reason=reason)
                case Unusable(reason):
                    delivery.conclude(DeliveryState.UNUSABLE, now=now, reason=reason)
                case Fact() as fact:
                    await apply_fact(uow, delivery, fact, now=now, tries=tries)
                    await self._cover_others(uow, delivery, fact, readings)
        await uow.deliveries.save(delivery)

    async def _cover_others(self, uow: UnitOfWork, delivery: Delivery, fact: Fact, readings: "Readings") -> None:
        """Whatever follows from this one begins after all of the others came: it covers them, later ones too."""
        if not fact.coalesces or delivery.state is not DeliveryState.DONE:
            return
        for other in await uow.deliveries.waiting(delivery.account_id, limit=_COALESCED):
            if other.id != delivery.id and readings.tell_the_same(other, fact):
                other.type, other.subject = other.type or fact.type, delivery.subject
                other.conclude(DeliveryState.OUT_OF_DATE, now=self._clock.now(), reason=f"covered by {delivery.id}")
                await uow.deliveries.save(other)

    async def _fail(self, tenant_id: TenantId, round_: "Round", why: str, *, last: bool = False) -> bool:
        """Count a try that came to nothing. Whether the delivery is given up, or needs no more tries."""

        async def fail(uow: UnitOfWork) -> bool:
            delivery = await uow.deliveries.get(round_.delivery_id)
            if not round_.is_open(delivery):
                return True
            delivery.fail(why)
            is_over = last or delivery.attempts >= TRIES
            if is_over:
                delivery.conclude(DeliveryState.DEAD, now=self._clock.now(), reason=why)
            await uow.deliveries.save(delivery)
            return is_over

        return await self._transactions.run(tenant_id, "fail_delivery", fail)


# More than that wait only when nobody has worked for long; the rest is covered by the next one.
_COALESCED = 200


@attrs.frozen
class Round:
    """What a job is for: the delivery since it came, or since it was opened again for the ``replays``-th time."""

    delivery_id: DeliveryId
    _replays: int

    @classmethod
    def of(cls, job: Job) -> "Round":
        """As the job was told."""
        return cls(DeliveryId(UUID(job.payload["delivery"])), int(job.payload["replays"]))

    def is_open(self, delivery: Delivery) -> bool:
        """Whether there is something left to do: neither was it done, nor has a later round taken its place."""
        return delivery.state is DeliveryState.RECEIVED and delivery.replays == self._replays


@attrs.frozen
class Readings:
    """What deliveries of one inbox say."""

    _provider: WebhookProvider
    _view: InboxView

    def of(self, delivery: Delivery) -> Reading:
        """What it says."""
        return self._provider.normalise(WebhookRequest(headers=delivery.headers, body=delivery.body), self._view)

    def tell_the_same(self, other: Delivery, fact: Fact) -> bool:
        """Whether it coalesces with that fact. One that cannot be read does not: its own job finds out."""
        try:
            reading = self.of(other)
        except Exception:  # noqa: BLE001 - a fault of that one must not fail this one
            return False
        return (
            isinstance(reading, Fact)
            and reading.coalesces
            and (reading.type, reading.subject_kind, reading.subject_id)
            == (fact.type, fact.subject_kind, fact.subject_id)
        )


async def _view(uow: UnitOfWork, delivery: Delivery) -> InboxView:
    """No secrets: the signature was looked at when it came."""
    inbox, account = await uow.inboxes.get(delivery.account_id), await uow.accounts.get(delivery.account_id)
    return InboxView(secrets=(), registrations=inbox.registrations, settings=account.settings)


def _told(error: Exception) -> str:
    """Without the values that a foreign error may quote."""
    return f"{error.code}: {error.message}" if isinstance(error, TresenError) else type(error).__name__
