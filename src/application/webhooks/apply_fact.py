"""A fact takes its effect: it is recorded as an event, once, in the order that the provider gives."""

from collections.abc import Mapping
from datetime import datetime

from ...domain.shared.ids import AccountId
from ...domain.webhooks.delivery import Delivery, DeliveryState
from ...domain.webhooks.fact import Fact
from ...domain.webhooks.standing import Standing
from ..jobs.kinds import NotYet
from ..ports.events import Json, NewEvent
from ..ports.unit_of_work import UnitOfWork

# Two minutes in all: what overtook its parent by more is not waiting for it.
PARENT_TRIES = 6
_FIRST_WAIT_S = 2.0


async def apply_fact(uow: UnitOfWork, delivery: Delivery, fact: Fact, *, now: datetime, tries: int) -> None:
    """Conclude the delivery; saving it is the caller's. ``tries``: how often its job has failed or waited before.

    Raises NotYet while the fact refers to a subject that is not known, at most PARENT_TRIES times; StorageConflict
    when another fact of the subject was faster.
    """
    delivery.subject = f"{fact.subject_kind}:{fact.subject_id}"
    delivery.type = delivery.type or fact.type
    if not await uow.marks.add(mark_scope(delivery.account_id), fact.business_key):
        delivery.conclude(DeliveryState.DUPLICATE, now=now, reason="another delivery told the same")
        return
    delivery.business_key = fact.business_key
    standing = await uow.deliveries.standing(delivery.account_id, fact.subject_kind, fact.subject_id)
    if standing is not None and standing.is_past(fact):
        delivery.conclude(DeliveryState.OUT_OF_DATE, now=now, reason=f"superseded by {standing.delivery_id}")
        return
    remarks = {
        "parent_missing": await _is_orphan(uow, delivery, fact, tries),
        "ambiguous": standing is not None and standing.contradicts(fact, delivery.content_hash),
    }
    uow.events.record(_event(delivery, fact, remarks))
    await uow.deliveries.put_standing(_advanced(standing, delivery, fact, now))
    delivery.conclude(DeliveryState.DONE, now=now)


def mark_scope(account_id: AccountId) -> str:
    """Business keys are unique within it."""
    return f"webhook:{account_id}"


async def _is_orphan(uow: UnitOfWork, delivery: Delivery, fact: Fact, tries: int) -> bool:
    if fact.needs is None or await uow.deliveries.standing(delivery.account_id, fact.subject_kind, fact.needs):
        return False
    if tries < PARENT_TRIES:
        raise NotYet(
            f"it refers to {fact.subject_kind} {fact.needs}, of which nothing is known yet",
            delay_s=_FIRST_WAIT_S * 2.0**tries,
        )
    return True


def _advanced(standing: Standing | None, delivery: Delivery, fact: Fact, now: datetime) -> Standing:
    if standing is None:
        return Standing(
            tenant_id=delivery.tenant_id,
            account_id=delivery.account_id,
            subject_kind=fact.subject_kind,
            subject_id=fact.subject_id,
            order=fact.order,
            content_hash=delivery.content_hash,
            delivery_id=delivery.id,
            applied_at=now,
        )
    standing.advance(fact, content_hash=delivery.content_hash, delivery_id=delivery.id, now=now)
    return standing


def _event(delivery: Delivery, fact: Fact, remarks: Mapping[str, bool]) -> NewEvent:
    data: dict[str, Json] = {
        "provider": delivery.provider,
        "account": str(delivery.account_id),
        "delivery": str(delivery.id),
        "values": dict(fact.values),
        **{name: True for name, holds in remarks.items() if holds},
    }
    return NewEvent(
        type=f"provider.{fact.type}",
        subject_kind=fact.subject_kind,
        subject_id=fact.subject_id,
        occurred_at=fact.occurred_at or delivery.received_at,
        data=data,
    )
