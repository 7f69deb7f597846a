"""Whatever order webhooks come in, each of them twice: the end is the same, and nothing happens twice."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import permutations

import attrs
from tests.post import KEY, SECRET, Post, build_post, in_memory
from tests.unit.adapters.webhooks.hooks import sign

from tresen.adapters.calcom.webhooks import CalcomWebhooks
from tresen.adapters.memory.clock import NOON, FixedClock
from tresen.adapters.stripe.webhooks import StripeWebhooks
from tresen.application.ports.events import StoredEvent
from tresen.application.ports.webhooks import WebhookProvider, WebhookRequest
from tresen.application.webhooks.receive import IncomingWebhook


class Stripe(StripeWebhooks):
    name = "memory"  # the inboxes of the post are of that provider


class Calcom(CalcomWebhooks):
    name = "memory"


@attrs.frozen
class Life:
    """What one provider tells of one subject, in the order in which it happened."""

    scheme: str
    provider: WebhookProvider
    bodies: Sequence[bytes]


def subscription(at: int, kind: str, status: str) -> bytes:
    """Stripe's seconds are whole, and its ids are no order."""
    thing = {"id": "sub_1", "object": "subscription", "status": status, "customer": "cus_1"}
    event = {
        "id": f"evt_{sha256(f'{at}{kind}'.encode()).hexdigest()[:8]}",
        "object": "event",
        "type": f"customer.subscription.{kind}",
        "created": int(NOON.timestamp()) + at,
        "livemode": True,
        "data": {"object": thing},
    }
    return json.dumps(event).encode()


def booking(trigger: str, **payload: object) -> bytes:
    common = {"uid": "bk_1", "bookingId": 7, "iCalUID": "bk_1@Cal.com", "iCalSequence": 0}
    told = {"triggerEvent": trigger, "createdAt": "2026-03-02T12:00:00.000Z", "payload": {**common, **payload}}
    return json.dumps(told).encode()


# The end falls into the second of the last change, as Stripe's ends often do.
STRIPE = Life(
    "stripe",
    Stripe(),
    [
        subscription(0, "created", "incomplete"),
        subscription(1, "updated", "active"),
        subscription(2, "paused", "paused"),
        subscription(3, "resumed", "active"),
        subscription(4, "updated", "past_due"),
        subscription(4, "deleted", "canceled"),
    ],
)
CALCOM = Life(
    "calcom",
    Calcom(),
    [
        booking("BOOKING_REQUESTED", status="PENDING"),
        booking("BOOKING_CREATED", status="ACCEPTED"),
        booking("BOOKING_PAID", price=2500),
        booking("MEETING_ENDED"),
        booking("BOOKING_NO_SHOW_UPDATED", message="absent"),
        booking("BOOKING_CANCELLED", status="CANCELLED"),
    ],
)


async def lived(life: Life, bodies: Iterable[bytes], *, work_between: bool) -> Sequence[StoredEvent]:
    """What took effect when they came like this."""
    clock = FixedClock()
    post = await build_post(in_memory(clock), life.provider)
    for body in bodies:
        await bring(post, life, body)
        if work_between:
            await post.work()
    for _ in range(3):
        await post.work()
        clock.advance(timedelta(minutes=10))
    return await post.effects()


async def bring(post: Post, life: Life, body: bytes) -> None:
    headers = sign(life.scheme, SECRET, body, at=NOON)
    request = WebhookRequest(headers=headers, body=body)
    await post.receive(IncomingWebhook(provider="memory", key=KEY, request=request))


def told(events: Sequence[StoredEvent]) -> list[tuple[str, object]]:
    return [(event.type, json.dumps(event.data["values"], sort_keys=True)) for event in events]


async def test_a_subscription_that_was_cancelled_stays_so_in_every_order() -> None:
    """Every second of the orders is processed one by one, the others when all are there."""
    for number, order in enumerate(permutations(STRIPE.bodies)):
        events = await lived(STRIPE, [*order, *order], work_between=number % 2 == 0)
        assert events[-1].type == "provider.subscription.deleted", order
        assert len(told(events)) == len(set(told(events))), order


async def test_a_booking_ends_the_same_in_every_order() -> None:
    """What tells only a part of it waits until the booking is known."""
    for number, order in enumerate(permutations(CALCOM.bodies)):
        events = await lived(CALCOM, [*order, *order], work_between=number % 2 == 0)
        types = [event.type.removeprefix("provider.") for event in events]
        states = [type_ for type_ in types if type_ in {"booking.requested", "booking.created", "booking.cancelled"}]
        assert states[-1] == "booking.cancelled", order
        assert {"booking.paid", "meeting.ended", "booking.no_show_updated"} <= set(types), order
        assert len(types) == len(set(types)), order
        assert not any("parent_missing" in event.data for event in events), order
