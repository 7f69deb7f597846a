"""The interfaces and the control routes of the emulated providers that send webhooks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from tests.integration.emulators.subscriber import subscribed

from tresen.adapters.emulators.calcom import CalcomEmulator
from tresen.adapters.emulators.calcom.shapes import Attendee, BookingBody, WebhookBody
from tresen.adapters.emulators.google_calendar import GoogleCalendarEmulator
from tresen.adapters.emulators.google_calendar.channels import WatchBody
from tresen.adapters.emulators.google_calendar.keys import GRANT
from tresen.adapters.emulators.retell import RetellEmulator
from tresen.adapters.emulators.retell.store import AGENT
from tresen.adapters.emulators.sending import HookFault, HookRule, SendingEmulator
from tresen.adapters.emulators.stripe import StripeEmulator
from tresen.adapters.emulators.woocommerce import ShopOptions, WooCommerceEmulator
from tresen.adapters.emulators.woocommerce.shapes import OrderBody
from tresen.adapters.google_calendar.account import ServiceAccountKey
from tresen.adapters.google_calendar.token import Grantee, assertion
from tresen.adapters.memory.clock import FixedClock

DESK = "desk@example.com"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@asynccontextmanager
async def steering(emulator: SendingEmulator, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the emulator that serves meanwhile; paths are below its root."""
    async with emulator.serving(), httpx.AsyncClient(base_url=emulator.root_url, headers=headers) as client:
        yield client


async def test_calcom_lists_bookings_by_when_they_changed(clock: FixedClock) -> None:
    emulator = CalcomEmulator(now=clock.now, automatic=False)
    async with steering(emulator, Authorization=f"Bearer {emulator.options.api_key}") as client:
        ana = Attendee(name="Ana", email="ana@example.com")
        uids = []
        for day in range(20, 25):
            booking = BookingBody(event_type_id=101, start=f"2026-11-{day}T15:00:00Z", attendee=ana)
            uids.append(emulator.state.book(booking).uid)
            clock.advance(timedelta(minutes=1))
        query: dict[str, str | int] = {"afterUpdatedAt": "2026-03-02T12:02:00Z", "sortUpdatedAt": "asc", "take": 2}
        page = (await client.get("/v2/bookings", params=query)).json()
        assert [one["uid"] for one in page["data"]] == uids[2:4]
        assert (page["pagination"]["remainingItems"], page["pagination"]["hasNextPage"]) == (1, True)
        rest = (await client.get("/v2/bookings", params={**query, "skip": 2})).json()
        assert [one["uid"] for one in rest["data"]] == uids[4:]
        assert (await client.get("/v2/me")).json()["data"]["email"] == emulator.options.host_email
        assert (await client.get("/v2/me", headers={"Authorization": "Bearer x"})).status_code == 401
        assert (await client.get("/v2/nothing")).status_code == 404
        assert "icsSequence" not in page["data"][0]


async def test_a_reset_forgets_what_was_subscribed_queued_and_broken(clock: FixedClock) -> None:
    emulator = CalcomEmulator(now=clock.now, automatic=False)
    async with subscribed() as subscriber, steering(emulator) as client:
        emulator.state.subscribe(
            WebhookBody(active=True, subscriber_url=subscriber.url, triggers=["BOOKING_PAID"], secret="s")
        )
        emulator.sender.faults.replace([HookRule(kind=HookFault.DROP, event="X")])
        assert emulator.state.emit("BOOKING_PAID", {}) == 1
        assert (await client.post("/_emulator/reset")).status_code == 200
        assert (await client.post("/_emulator/hooks/flush")).json() == {"attempts": 0}
        assert (emulator.sender.faults.counts, emulator.state.webhooks) == ([], {})


async def test_somebody_changes_a_webhook_by_hand(clock: FixedClock) -> None:
    emulator = CalcomEmulator(now=clock.now, automatic=False)
    async with steering(emulator) as client:
        webhook = emulator.state.subscribe(WebhookBody(active=True, subscriber_url="https://a.example/", triggers=[]))
        path = f"/_emulator/webhooks/{webhook.id}"
        assert (await client.post(path, json={"active": False})).json()["active"] is False
        assert (await client.delete(path)).status_code == 200
        assert (await client.delete(path)).status_code == 404


async def test_a_shop_compares_its_own_clock_unless_told_otherwise(clock: FixedClock) -> None:
    """Noon in UTC is seven in the morning in New York, where the filter takes the offset for nothing."""
    shop = WooCommerceEmulator(now=clock.now, options=ShopOptions(zone="America/New_York"), automatic=False)
    async with steering(shop) as client:
        for _ in range(3):
            shop.state.create_order(OrderBody())
        query: dict[str, str | int] = {
            "consumer_key": "ck_emulated",
            "consumer_secret": "cs_emulated",
            "modified_after": "2026-03-02T11:00:00Z",
            "per_page": 2,
        }
        orders = "/wp-json/wc/v3/orders"
        assert (await client.get(orders, params=query)).json() == []
        page = await client.get(orders, params={**query, "dates_are_gmt": "true"})
        assert len(page.json()) == 2
        assert (page.headers["x-wp-total"], page.headers["x-wp-totalpages"]) == ("3", "2")
        assert 'rel="next"' in page.headers["link"]
        assert (await client.get(orders, params={**query, "consumer_secret": "x"})).status_code == 401
        too_much = await client.get(orders, params={**query, "per_page": 101})
        assert (too_much.status_code, too_much.json()["code"]) == (400, "rest_invalid_param")


async def bearer(client: httpx.AsyncClient, google: GoogleCalendarEmulator, clock: FixedClock) -> dict[str, str]:
    key = ServiceAccountKey(
        type="service_account",
        client_email="tresen@emulated.iam.example.com",
        private_key=google.account.private_key,
        private_key_id="emulated-key-1",
    )
    form = {"grant_type": GRANT, "assertion": assertion(Grantee(key), now=clock.now())}
    answer = await client.post("/token", data=form)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_google_gives_tokens_for_signed_assertions_only(clock: FixedClock) -> None:
    google = GoogleCalendarEmulator(now=clock.now, automatic=False)
    async with steering(google) as client:
        head = await bearer(client, google, clock)
        path = f"/calendar/v3/calendars/{DESK}/events"
        assert (await client.get(path, headers=head)).status_code == 200
        clock.advance(timedelta(hours=1))
        assert (await client.get(path, headers=head)).status_code == 401
        forged = await client.post("/token", data={"grant_type": GRANT, "assertion": "e30.e30.AAAA"})
        assert (forged.status_code, forged.json()["error"]) == (400, "invalid_grant")


async def test_google_tells_what_changed_since_a_token_until_it_ends(clock: FixedClock) -> None:
    google = GoogleCalendarEmulator(now=clock.now, automatic=False)
    async with steering(google) as client:
        client.headers.update(await bearer(client, google, clock))
        path = f"/calendar/v3/calendars/{DESK}/events"
        for number in range(3):
            assert (await client.post(path, json={"id": f"ev{number}", "summary": "x"})).status_code == 200
        assert (await client.post(path, json={"id": "ev0"})).status_code == 409
        first = (await client.get(path, params={"maxResults": 2})).json()
        last = (await client.get(path, params={"maxResults": 2, "pageToken": first["nextPageToken"]})).json()
        assert [len(first["items"]), len(last["items"])] == [2, 1]
        token = last["nextSyncToken"]
        assert (await client.delete(f"{path}/ev1")).status_code == 204
        assert (await client.delete(f"{path}/ev1")).status_code == 410
        delta = (await client.get(path, params={"syncToken": token})).json()
        assert [(one["id"], one["status"]) for one in delta["items"]] == [("ev1", "cancelled")]
        await client.post("/_emulator/tokens/all", json={})
        gone = await client.get(path, params={"syncToken": delta["nextSyncToken"]})
        assert (gone.status_code, gone.json()["error"]["errors"][0]["reason"]) == (410, "fullSyncRequired")


async def test_google_refuses_a_channels_id_twice_and_a_stop_without_its_resource(clock: FixedClock) -> None:
    google = GoogleCalendarEmulator(now=clock.now, automatic=False)
    async with steering(google) as client:
        client.headers.update(await bearer(client, google, clock))
        body = {"id": "c-1", "type": "web_hook", "address": "https://a.example/", "expiration": 1}
        path = f"/calendar/v3/calendars/{DESK}/events/watch"
        opened = (await client.post(path, json=body)).json()
        assert opened["expiration"] == "1"
        assert (await client.post(path, json=body)).status_code == 400
        stop = "/calendar/v3/channels/stop"
        assert (await client.post(stop, json={"id": "c-1", "resourceId": "x"})).status_code == 404
        assert (await client.post(stop, json={"id": "c-1", "resourceId": opened["resourceId"]})).status_code == 204
        assert google.channels.watch(DESK, WatchBody(id="c-2", type="webhook", address="https://a/"), "").id == "c-2"


async def test_stripe_rolls_a_secret_when_somebody_says_so(clock: FixedClock) -> None:
    stripe = StripeEmulator(now=clock.now, automatic=False)
    async with steering(stripe) as client:
        endpoint = stripe.state.add_endpoint("https://a.example/")
        former = endpoint.secret
        rolled = await client.post(f"/_emulator/webhook_endpoints/{endpoint.id}", json={"former_for_s": 60})
        assert rolled.json() == {"secret": endpoint.secret}
        assert endpoint.live(clock.now()) == [endpoint.secret, former]
        clock.advance(timedelta(seconds=60))
        assert endpoint.live(clock.now()) == [endpoint.secret]


async def test_retells_calls_go_on_when_somebody_says_so(clock: FixedClock) -> None:
    retell = RetellEmulator(now=clock.now, automatic=False)
    async with subscribed(204) as subscriber, steering(retell) as client:
        retell.state.agents[AGENT].webhook_url = subscriber.url
        path = f"/_emulator/calls/{retell.state.call('+491', '+492').call_id}"
        wishes: list[dict[str, object]] = [{"call_status": "ongoing"}, {"call_status": "ended"}, {"call_analysis": {}}]
        for wish in wishes:
            assert (await client.post(path, json=wish)).status_code == 200
        assert (await client.post(path, json={"call_status": "lost"})).status_code == 400
        await retell.flush()
        assert subscriber.said("event") == ["call_started", "call_ended", "call_analyzed"]
