"""Stripe's events, from its emulator over a socket to their effect."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.sending import HookFault, HookRule
from tresen.adapters.emulators.stripe import StripeEmulator
from tresen.adapters.emulators.stripe.objects import (
    charge,
    checkout_session,
    invoice,
    payment_intent,
    subscription,
)
from tresen.adapters.emulators.stripe.store import Endpoint
from tresen.adapters.memory.clock import FixedClock
from tresen.application.webhooks.administer_inbox import NewSecret
from tresen.domain.tenancy.provider_account import ProviderAccount


@pytest.fixture
async def stripe(clock: FixedClock) -> AsyncIterator[StripeEmulator]:
    emulator = StripeEmulator(now=clock.now, sleep=clock.sleep, automatic=False)
    async with emulator.serving():
        yield emulator


@pytest.fixture
async def account(desk: FrontDesk, stripe: StripeEmulator) -> ProviderAccount:
    return await desk.connect("stripe", stripe.options.api_key, base_url=stripe.root_url)


async def enter(desk: FrontDesk, account: ProviderAccount, secret: str, *, overlap: timedelta | None = None) -> None:
    await desk.use_cases.administer_inbox.give_secret(
        NewSecret(tenant_id=desk.tenant.id, account_id=account.id, secret=secret, keep_former_for=overlap)
    )


@pytest.fixture
async def endpoint(desk: FrontDesk, account: ProviderAccount, stripe: StripeEmulator) -> Endpoint:
    """As a person made it in the dashboard, with its secret entered here."""
    endpoint = stripe.state.add_endpoint(await desk.address(account))
    await enter(desk, account, endpoint.secret)
    return endpoint


async def deliver(stripe: StripeEmulator, desk: FrontDesk) -> None:
    await stripe.flush()
    await desk.work()


async def test_a_person_is_told_what_to_do(desk: FrontDesk, account: ProviderAccount, stripe: StripeEmulator) -> None:
    standing = await desk.ensure(account)
    assert (standing.error, standing.registrations) == (None, ())
    steps = " ".join(standing.todo)
    for told in (await desk.address(account), "charge.refunded", "tresen provider webhooks secret"):
        assert told in steps
    assert stripe.calls.total() == 0


async def test_payments_take_effect(desk: FrontDesk, endpoint: Endpoint, stripe: StripeEmulator) -> None:
    happen = stripe.state.happen
    happen("checkout.session.completed", checkout_session("cs_1", amount=2500))
    happen("payment_intent.succeeded", payment_intent("pi_1", amount=2500))
    happen("invoice.paid", invoice("in_1", amount=4900))
    happen("invoice.payment_succeeded", invoice("in_1", amount=4900))
    happen("customer.subscription.created", subscription("sub_1"))
    happen("charge.failed", charge("ch_1", amount=2500, failure="card_declined"))
    happen("charge.refunded", charge("ch_2", amount=2500, refunded=500))
    await deliver(stripe, desk)
    assert await desk.told() == {
        "checkout.completed cs_1": 1,
        "payment.succeeded pi_1": 1,
        "invoice.paid in_1": 1,
        "subscription.created sub_1": 1,
        "charge.failed ch_1": 1,
        "charge.refunded ch_2": 1,
    }


@pytest.mark.parametrize(
    "rules",
    [
        [HookRule(kind=HookFault.DUPLICATE)],
        [HookRule(kind=HookFault.REORDER, every=2)],
        [HookRule(kind=HookFault.DELAY, delay_ms=30_000, every=3)],
    ],
    ids=["duplicate", "reorder", "delay"],
)
async def test_every_event_takes_effect_once(
    desk: FrontDesk, endpoint: Endpoint, stripe: StripeEmulator, clock: FixedClock, rules: list[HookRule]
) -> None:
    stripe.sender.faults.replace(rules)
    for number in range(9):
        stripe.state.happen("invoice.paid", invoice(f"in_{number}", amount=100), times=1 + number % 2)
    for _ in range(3):
        await deliver(stripe, desk)
        clock.advance(timedelta(minutes=1))
    assert await desk.told() == {f"invoice.paid in_{number}": 1 for number in range(9)}


async def test_what_is_dropped_is_in_the_list_of_events(
    desk: FrontDesk, endpoint: Endpoint, stripe: StripeEmulator
) -> None:
    stripe.sender.faults.replace([HookRule(kind=HookFault.DROP)])
    event = stripe.state.happen("invoice.paid", invoice("in_1", amount=100))
    await deliver(stripe, desk)
    assert await desk.told() == {}
    key = {"Authorization": f"Bearer {stripe.options.api_key}"}
    async with httpx.AsyncClient(base_url=stripe.url, headers=key) as client:
        listed = (await client.get("/events", params={"type": "invoice.paid", "created[gte]": event.created})).json()
    assert [one["id"] for one in listed["data"]] == [event.id]


async def test_a_wrong_signature_is_refused(desk: FrontDesk, endpoint: Endpoint, stripe: StripeEmulator) -> None:
    stripe.sender.faults.replace([HookRule(kind=HookFault.WRONG_SIGNATURE)])
    stripe.state.happen("invoice.paid", invoice("in_1", amount=100))
    await deliver(stripe, desk)
    assert stripe.sender.log[-1].status == 401
    assert await desk.told() == {}


async def test_stripe_tries_again_when_the_server_was_down(
    desk: FrontDesk, endpoint: Endpoint, stripe: StripeEmulator, clock: FixedClock
) -> None:
    """Each attempt is signed anew, so that an hour later its time is right."""
    await desk.down()
    stripe.state.happen("invoice.paid", invoice("in_1", amount=100))
    for _ in range(4):
        await stripe.flush()
        clock.advance(timedelta(minutes=30))
    await desk.up()
    await deliver(stripe, desk)
    assert stripe.sender.log[-1].attempt > 3
    assert await desk.told() == {"invoice.paid in_1": 1}


async def test_while_a_secret_is_rolled_at_stripe_two_signatures_come(
    desk: FrontDesk, account: ProviderAccount, endpoint: Endpoint, stripe: StripeEmulator, clock: FixedClock
) -> None:
    former = endpoint.secret
    newest = stripe.state.roll(endpoint.id, former_for=timedelta(hours=24))
    stripe.state.happen("invoice.paid", invoice("in_former", amount=100))
    await deliver(stripe, desk)
    await enter(desk, account, newest)
    stripe.state.happen("invoice.paid", invoice("in_newest", amount=100))
    await deliver(stripe, desk)
    clock.advance(timedelta(hours=25))
    stripe.state.happen("invoice.paid", invoice("in_later", amount=100))
    await deliver(stripe, desk)
    assert former != newest
    assert {one.status for one in stripe.sender.log} == {200}
    assert len(await desk.told()) == 3


async def test_a_secret_that_was_replaced_here_is_taken_for_as_long_as_was_said(
    desk: FrontDesk, account: ProviderAccount, endpoint: Endpoint, stripe: StripeEmulator, clock: FixedClock
) -> None:
    await enter(desk, account, "whsec_another", overlap=timedelta(hours=1))
    for number in range(2):
        stripe.state.happen("invoice.paid", invoice(f"in_{number}", amount=100))
        await deliver(stripe, desk)
        clock.advance(timedelta(hours=2))
    assert [one.status for one in stripe.sender.log][:2] == [200, 401]


async def test_what_a_person_does_at_stripe_is_played_through_its_interface(stripe: StripeEmulator) -> None:
    key = {"Authorization": f"Bearer {stripe.options.api_key}"}
    form = {"url": "https://desk.example/hook", "enabled_events[]": "invoice.paid"}
    async with httpx.AsyncClient(base_url=stripe.url, headers=key) as client:
        made = (await client.post("/webhook_endpoints", data=form)).json()
        assert made["secret"].startswith("whsec_")
        (listed,) = (await client.get("/webhook_endpoints")).json()["data"]
        assert "secret" not in listed
        assert (await client.delete(f"/webhook_endpoints/{made['id']}")).json()["deleted"]
        assert (await client.get(f"/webhook_endpoints/{made['id']}")).status_code == 404
        assert (await client.get("/account", headers={"Authorization": "Bearer other"})).status_code == 401
