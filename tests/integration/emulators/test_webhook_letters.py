"""What emulated providers send, byte by byte: signatures by the published vectors, headers, versions of HTTP."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.integration.emulators.subscriber import Subscriber, subscribed

from tresen.adapters.emulators.calcom import CalcomEmulator
from tresen.adapters.emulators.calcom import payloads as calcom
from tresen.adapters.emulators.calcom.shapes import Attendee, BookingBody, RescheduleBody, WebhookBody
from tresen.adapters.emulators.google_calendar import GoogleCalendarEmulator
from tresen.adapters.emulators.google_calendar.channels import WatchBody
from tresen.adapters.emulators.google_calendar.store import EventBody
from tresen.adapters.emulators.providers import serving_providers
from tresen.adapters.emulators.retell import store as retell
from tresen.adapters.emulators.stripe import StripeEmulator
from tresen.adapters.emulators.stripe.store import Endpoint
from tresen.adapters.emulators.stripe.store import letter as stripe_letter
from tresen.adapters.emulators.woocommerce import WooCommerceEmulator
from tresen.adapters.emulators.woocommerce.shapes import OrderBody
from tresen.adapters.emulators.woocommerce.shapes import WebhookBody as ShopWebhookBody
from tresen.adapters.memory.clock import FixedClock

VECTORS = json.loads((Path(__file__).parents[2] / "samples" / "webhook_vectors.json").read_text(encoding="utf-8"))
SIGNED_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SIGNED_AT)


@pytest.fixture
async def subscriber() -> AsyncIterator[Subscriber]:
    async with subscribed() as subscriber:
        yield subscriber


def test_calcom_signs_the_body() -> None:
    vector = VECTORS["calcom"]
    letter = calcom.letter(vector["body"].encode(), vector["secret"], wrong=False)
    assert letter.headers["X-Cal-Signature-256"] == vector["value"]
    assert calcom.letter(b"{}", vector["secret"], wrong=True) != calcom.letter(b"{}", vector["secret"], wrong=False)
    assert calcom.letter(b"{}", None, wrong=False).headers["X-Cal-Signature-256"] == "no-secret-provided"


def test_retell_signs_the_body_and_the_milliseconds_after_it() -> None:
    vector = VECTORS["retell"]
    letter = retell.letter(vector["body"].encode(), vector["secret"], SIGNED_AT)
    assert letter.headers["X-Retell-Signature"] == vector["value"]


async def test_the_shop_signs_in_base64_and_speaks_http_1_0(subscriber: Subscriber, clock: FixedClock) -> None:
    vector = VECTORS["woocommerce"]
    shop = WooCommerceEmulator(now=clock.now, automatic=False)
    async with shop.serving():
        hook = shop.subscriptions.create(
            ShopWebhookBody(topic="order.created", delivery_url=subscriber.url, secret=vector["secret"])
        )
        assert shop.subscriptions.emit("order.created", msgspec.Raw(vector["body"].encode())) == 1
        await shop.flush()
        root = shop.root_url
    ping, told = subscriber.got
    assert (ping.body, ping.headers["content-type"]) == (
        f"webhook_id={hook.id}".encode(),
        "application/x-www-form-urlencoded",
    )
    assert not [name for name in ping.headers if name.startswith("x-wc")]
    assert told.line == "POST /hooks?of=us HTTP/1.0"
    assert told.headers["x-wc-webhook-signature"] == vector["value"]
    assert told.headers["x-wc-webhook-source"] == f"{root}/"


async def test_two_deliveries_of_one_second_share_the_shops_id(subscriber: Subscriber, clock: FixedClock) -> None:
    shop = WooCommerceEmulator(now=clock.now, automatic=False)
    async with shop.serving():
        shop.subscriptions.create(ShopWebhookBody(topic="order.created", delivery_url=subscriber.url, secret="s"))
        for _ in range(2):
            shop.state.create_order(OrderBody())
        await shop.flush()
        clock.advance(timedelta(seconds=1))
        shop.state.create_order(OrderBody())
        await shop.flush()
    first, second, third = [one.headers["x-wc-webhook-delivery-id"] for one in subscriber.got[1:]]
    assert first == second != third


async def test_the_shop_tells_what_is_there_when_it_sends(subscriber: Subscriber, clock: FixedClock) -> None:
    shop = WooCommerceEmulator(now=clock.now, automatic=False)
    async with shop.serving():
        shop.subscriptions.create(ShopWebhookBody(topic="order.created", delivery_url=subscriber.url, secret="s"))
        order = shop.state.create_order(OrderBody(status="pending"))
        shop.state.update_order(order.id, OrderBody(status="completed"))
        await shop.flush()
    assert subscriber.got[-1].json()["status"] == "completed"


@pytest.mark.parametrize(("failures", "status"), [(6, "active"), (7, "disabled")])
async def test_the_seventh_failure_in_a_row_switches_the_shops_webhook_off(
    clock: FixedClock, failures: int, status: str
) -> None:
    shop = WooCommerceEmulator(now=clock.now, automatic=False)
    async with subscribed(500) as subscriber, shop.serving():
        hook = shop.subscriptions.create(
            ShopWebhookBody(topic="order.created", delivery_url=subscriber.url, secret="s")
        )
        for _ in range(failures):
            shop.state.create_order(OrderBody())
        await shop.flush()
        assert (hook.status, len(subscriber.got)) == (status, 1 + failures)


async def test_a_success_sets_the_count_of_failures_back(clock: FixedClock) -> None:
    shop = WooCommerceEmulator(now=clock.now, automatic=False)
    async with subscribed(200, *[500] * 6, 302, 500) as subscriber, shop.serving():
        hook = shop.subscriptions.create(
            ShopWebhookBody(topic="order.created", delivery_url=subscriber.url, secret="s")
        )
        for _ in range(13):
            shop.state.create_order(OrderBody())
        await shop.flush()
        assert hook.status == "active"
        assert shop.subscriptions.failures[hook.id] == 6


async def test_stripe_signs_time_and_body_once_for_each_live_secret(subscriber: Subscriber, clock: FixedClock) -> None:
    vector = VECTORS["stripe"]
    stripe = StripeEmulator(now=clock.now, automatic=False)
    async with stripe.serving():
        endpoint = stripe.state.add_endpoint(subscriber.url, ("invoice.paid",), secret=vector["secret"])
        stripe.state.happen("invoice.paid", {"id": "in_1"})
        stripe.state.happen("charge.failed", {"id": "ch_1"})
        await stripe.flush()
        stripe.state.roll(endpoint.id)
        stripe.state.happen("invoice.paid", {"id": "in_2"})
        await stripe.flush()
        clock.advance(timedelta(hours=24))
        stripe.state.happen("invoice.paid", {"id": "in_3"})
        await stripe.flush()
    counts = [one.headers["stripe-signature"].count("v1=") for one in subscriber.got]
    assert counts == [1, 2, 1]
    assert subscriber.got[0].headers["stripe-signature"].startswith("t=1795253400,v1=")


def test_stripe_signs_by_the_published_vector() -> None:
    vector = VECTORS["stripe"]
    endpoint = Endpoint(
        id="we_1", url="", enabled_events=["*"], status="enabled", created=0, secrets=[(vector["secret"], None)]
    )
    letter = stripe_letter(endpoint, vector["body"].encode(), SIGNED_AT, wrong=False)
    header = letter.headers["Stripe-Signature"]
    assert header.startswith(f"{vector['value']},v0=")


async def test_google_says_nothing_but_that_something_changed(subscriber: Subscriber, clock: FixedClock) -> None:
    google = GoogleCalendarEmulator(now=clock.now, automatic=False)
    desk = "desk@example.com"
    async with google.serving():
        body = WatchBody(id="c-1", type="web_hook", address=subscriber.url, token="tok")
        channel = google.channels.watch(desk, body, "https://www.googleapis.com/calendar/v3/calendars/x/events")
        google.state.insert(desk, EventBody(summary="secret dinner"))
        await google.flush()
    assert [one.body for one in subscriber.got] == [b"", b""]
    states = [one.headers["x-goog-resource-state"] for one in subscriber.got]
    assert states == ["sync", "exists"]
    assert int(subscriber.got[0].headers["x-goog-message-number"]) == 1
    told = subscriber.got[1].headers
    assert (told["x-goog-channel-id"], told["x-goog-channel-token"]) == ("c-1", "tok")
    assert told["x-goog-resource-id"] == channel.resource_id
    assert told["x-goog-channel-expiration"] == "Sat, 28 Nov 2026 09:30:00 GMT"


async def test_calcoms_move_keeps_the_ical_uid_and_counts(subscriber: Subscriber, clock: FixedClock) -> None:
    emulator = CalcomEmulator(now=clock.now, automatic=False)
    async with emulator.serving():
        triggers = ["BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_REQUESTED"]
        emulator.state.subscribe(WebhookBody(active=True, subscriber_url=subscriber.url, triggers=triggers, secret="s"))
        ana = Attendee(name="Ana", email="ana@example.com")
        for kind in (101, 102):
            booking = emulator.state.book(BookingBody(event_type_id=kind, start="2026-11-25T15:00:00Z", attendee=ana))
            emulator.state.reschedule(booking.uid, RescheduleBody(start="2026-11-26T15:00:00Z"))
        await emulator.flush()
    told = [(one["triggerEvent"], one["payload"]) for one in (got.json() for got in subscriber.got)]
    assert [trigger for trigger, _ in told] == [
        *("BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_REQUESTED", "BOOKING_REQUESTED")
    ]
    for (_, old), (_, new) in (told[:2], told[2:]):
        assert isinstance(old, dict)
        assert isinstance(new, dict)
        assert new["uid"] != old["uid"]
        assert new["rescheduleUid"] == old["uid"]
        assert (new["iCalUID"], new["iCalSequence"]) == (old["iCalUID"], old["iCalSequence"] + 1)


async def test_all_of_them_serve_at_once_and_say_how_to_connect() -> None:
    async with serving_providers() as providers:
        names = list(providers.all())
        assert names == ["calcom", "google_calendar", "retell", "stripe", "woocommerce"]
        for name in names:
            connection = providers.connection(name)
            assert connection.provider == name
            assert connection.base_url.startswith("http://127.0.0.1:")
            assert connection.credentials not in repr(connection)
