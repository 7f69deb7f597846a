"""What Stripe's events say.

Snapshots carry the object as it was; thin events only name it. The same thing may be told by events of different ids,
and nothing keeps an order: facts are known by object, kind and state, and ordered by the second in which they were
made (and by the part of the object's life, for seconds tie).
"""

from collections.abc import Callable, Mapping

import attrs

from ...domain.webhooks.fact import Fact, Ignored, Json, Reading, Unusable
from ..webhooks.documents import Document, business_key, content_hash, read_document
from ..webhooks.times import from_seconds, microseconds_of, read_instant
from .money_objects import charge, checkout, dispute, intent, invoice, invoice_payment, refund
from .subscriptions import subscription

_SECOND = 1_000_000


def _status(thing: Document) -> Json:
    return thing.text("status")


def _by_content(thing: Document) -> Json:
    return content_hash(thing.members)


def _once(_: Document) -> Json:
    return None


@attrs.frozen
class _Kind:
    """``state``: what tells facts of one object and type apart. ``stamped``: and the second too, for what may come to
    look as it looked before. ``rank``: order within a second."""

    type: str
    subject_kind: str
    values: Callable[[Document], Mapping[str, Json]]
    state: Callable[[Document], Json] = _status
    stamped: bool = False
    rank: int = 1


_UPDATED = _Kind("subscription.updated", "subscription", subscription, _by_content, stamped=True)
# Both invoice events tell of one payment; ``invoice.paid`` also of those that were marked as paid by hand.
_INVOICE_PAID = _Kind("invoice.paid", "invoice", invoice)

KINDS = {
    "checkout.session.completed": _Kind(
        "checkout.completed", "checkout_session", checkout, lambda it: it.text("payment_status")
    ),
    "checkout.session.async_payment_succeeded": _Kind("checkout.paid", "checkout_session", checkout, rank=2),
    "checkout.session.async_payment_failed": _Kind("checkout.payment_failed", "checkout_session", checkout, rank=2),
    "checkout.session.expired": _Kind("checkout.expired", "checkout_session", checkout, rank=2),
    "payment_intent.succeeded": _Kind("payment.succeeded", "payment_intent", intent, rank=2),
    "payment_intent.payment_failed": _Kind(
        "payment.failed", "payment_intent", intent, lambda it: it.reference("latest_charge"), stamped=True
    ),
    "invoice.paid": _INVOICE_PAID,
    "invoice.payment_succeeded": _INVOICE_PAID,
    "invoice.payment_failed": _Kind(
        "invoice.payment_failed", "invoice", invoice, lambda it: it.whole("attempt_count"), rank=0
    ),
    "invoice_payment.paid": _Kind("invoice.payment_linked", "invoice_payment", invoice_payment),
    "customer.subscription.created": _Kind("subscription.created", "subscription", subscription, _once, rank=0),
    "customer.subscription.updated": _UPDATED,
    "customer.subscription.paused": _UPDATED,
    "customer.subscription.resumed": _UPDATED,
    "customer.subscription.deleted": _Kind("subscription.deleted", "subscription", subscription, _once, rank=2),
    "charge.failed": _Kind("charge.failed", "charge", charge),
    # One event per refund; the amount counts all of them together.
    "charge.refunded": _Kind("charge.refunded", "charge", charge, lambda it: it.whole("amount_refunded"), rank=2),
    "charge.dispute.created": _Kind("dispute.opened", "dispute", dispute, _once),
    "refund.created": _Kind("refund.created", "refund", refund, rank=0),
    "refund.updated": _Kind("refund.updated", "refund", refund, _by_content),
    "refund.failed": _Kind("refund.failed", "refund", refund, rank=2),
}


def normalise(body: bytes, *, mode: str | None) -> Reading:
    """What it says. Raises nothing. ``mode``: ``live`` or ``test`` when only such events are wanted."""
    return read_document(body, lambda event: _read(event, mode))


def _read(event: Document, mode: str | None) -> Reading:
    shape = event.text("object")
    if shape not in {"event", "v2.core.event"}:
        return Unusable("no event of Stripe's")
    type_ = event.identity("type")
    if type_ is None or event.identity("id") is None:
        return Unusable("an event without id or type")
    if mode is not None and event.truth("livemode") is not (mode == "live"):
        return Unusable(f"wrong mode: this account takes {mode} events only")
    return _thin(event, type_) if shape == "v2.core.event" else _snapshot(event, type_)


def _snapshot(event: Document, type_: str) -> Reading:
    kind = KINDS.get(type_)
    if kind is None:
        return Ignored("a type that is not used", type_)
    thing = event.document("data").document("object")
    subject = thing.identity("id")
    if subject is None:
        return Unusable("an event without its object")
    created = event.whole("created")
    return Fact(
        type=kind.type,
        subject_kind=kind.subject_kind,
        subject_id=subject,
        business_key=business_key(subject, kind.type, kind.state(thing), *([created] if kind.stamped else [])),
        order=None if created is None else (created, kind.rank),
        occurred_at=from_seconds(created),
        values={**kind.values(thing), **_envelope(event)},
    )


def _thin(event: Document, type_: str) -> Reading:
    kind = KINDS.get(type_.removeprefix("v1."))
    if kind is None:
        return Ignored("a type that is not used", type_)
    subject = event.document("related_object").identity("id")
    if subject is None:
        return Unusable("an event without its object")
    at = read_instant(event.text("created"))
    return Fact(
        type=kind.type,
        subject_kind=kind.subject_kind,
        subject_id=subject,
        # The state is not told, so that only the event itself can be known again.
        business_key=business_key(subject, kind.type, event.identity("id")),
        order=None if at is None else (microseconds_of(at) // _SECOND, kind.rank),
        occurred_at=at,
        values={"is_thin": True, **_envelope(event)},
    )


def _envelope(event: Document) -> dict[str, Json]:
    previous = event.document("data").document("previous_attributes")
    values: dict[str, Json] = {"event_id": event.identity("id"), "livemode": event.truth("livemode")}
    if (account := event.identity("account")) is not None:
        values["connected_account"] = account
    if (status := previous.text("status")) is not None:
        values["previous_status"] = status
    return values
