"""A shop's orders, from its emulator over a socket to their effect."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.sending import HookFault, HookRule
from tresen.adapters.emulators.woocommerce import ShopOptions, WooCommerceEmulator
from tresen.adapters.emulators.woocommerce.shapes import CustomerBody, Order, OrderBody
from tresen.adapters.memory.clock import FixedClock
from tresen.application.webhooks.administer_inbox import NewSecret
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount
from tresen.domain.webhooks.delivery import DeliveryState

TOPICS = {
    *("order.created", "order.updated", "order.deleted", "order.restored"),
    *("customer.created", "customer.updated", "customer.deleted"),
}


@pytest.fixture
def options() -> ShopOptions:
    return ShopOptions(zone="America/New_York")


@pytest.fixture
async def shop(clock: FixedClock, options: ShopOptions) -> AsyncIterator[WooCommerceEmulator]:
    emulator = WooCommerceEmulator(now=clock.now, sleep=clock.sleep, options=options, automatic=False)
    async with emulator.serving():
        yield emulator


@pytest.fixture
async def account(desk: FrontDesk, shop: WooCommerceEmulator, options: ShopOptions) -> ProviderAccount:
    keys = f"{options.consumer_key}:{options.consumer_secret}"
    return await desk.connect("woocommerce", keys, base_url=shop.root_url)


@pytest.fixture
async def ready(desk: FrontDesk, account: ProviderAccount, shop: WooCommerceEmulator) -> ProviderAccount:
    """The account, with its webhooks and their pings behind it."""
    assert (await desk.ensure(account)).error is None
    await shop.flush()
    return account


def order(shop: WooCommerceEmulator, total: str = "29.35") -> Order:
    return shop.state.create_order(OrderBody(status="processing", total=total, currency="EUR"))


async def deliver(shop: WooCommerceEmulator, desk: FrontDesk) -> None:
    await shop.flush()
    await desk.work()


async def test_a_webhook_for_each_topic_is_set_up_once_and_its_ping_answered(
    desk: FrontDesk, account: ProviderAccount, shop: WooCommerceEmulator
) -> None:
    first = await desk.ensure(account)
    assert {one.topic for one in shop.subscriptions.rows.values()} == TOPICS
    assert len(first.done) == len(first.registrations) == len(TOPICS)
    await shop.flush()
    assert [(one.event, one.status) for one in shop.sender.log] == [("ping", 200)] * len(TOPICS)
    assert await desk.deliveries() == []
    second = await desk.ensure(account)
    assert (second.done, second.missed_since, second.healthy) == ([], None, True)
    assert len(shop.subscriptions.rows) == len(TOPICS)


async def test_the_life_of_an_order_and_a_customer(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    bought = order(shop)
    await deliver(shop, desk)
    clock.advance(timedelta(seconds=5))
    shop.state.update_order(bought.id, OrderBody(status="completed"))
    await deliver(shop, desk)
    clock.advance(timedelta(seconds=5))
    shop.state.delete_order(bought.id, force=False)
    customer = shop.state.create_customer(CustomerBody(email="ana@example.com"))
    await deliver(shop, desk)
    assert await desk.told() == {
        f"order.created {bought.id}": 1,
        f"order.updated {bought.id}": 1,
        f"order.deleted {bought.id}": 1,
        f"customer.created {customer.id}": 1,
    }
    # Orders are built when they are sent, and sent with HTTP/1.0: a delivery each, with exactly 200 for an answer.
    assert {one.status for one in shop.sender.log} == {200}


@pytest.mark.parametrize(
    "rules",
    [
        [HookRule(kind=HookFault.DUPLICATE)],
        [HookRule(kind=HookFault.REORDER, every=2)],
        [HookRule(kind=HookFault.DELAY, delay_ms=30_000, every=3)],
    ],
    ids=["duplicate", "reorder", "delay"],
)
async def test_every_order_takes_effect_once(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock, rules: list[HookRule]
) -> None:
    shop.sender.faults.replace(rules)
    orders = [order(shop) for _ in range(9)]
    for _ in range(3):
        await deliver(shop, desk)
        clock.advance(timedelta(minutes=1))
    assert await desk.told() == {f"order.created {one.id}": 1 for one in orders}


async def test_what_is_dropped_comes_with_the_next_change(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    shop.sender.faults.replace([HookRule(kind=HookFault.DROP, times=1)])
    bought = order(shop)
    await deliver(shop, desk)
    clock.advance(timedelta(seconds=5))
    shop.state.update_order(bought.id, OrderBody(status="completed"))
    await deliver(shop, desk)
    assert await desk.told() == {f"order.updated {bought.id}": 1}


async def test_a_wrong_signature_is_refused(desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator) -> None:
    shop.sender.faults.replace([HookRule(kind=HookFault.WRONG_SIGNATURE)])
    order(shop)
    await deliver(shop, desk)
    assert shop.sender.log[-1].status == 401
    assert await desk.told() == {}


async def test_an_error_that_the_shop_signed_is_kept_and_has_no_effect(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator
) -> None:
    shop.subscriptions.owner_may_read = False
    order(shop)
    await deliver(shop, desk)
    (row,) = await desk.deliveries()
    assert (row.state, shop.sender.log[-1].status) == (DeliveryState.UNUSABLE, 200)
    assert "woocommerce_rest_cannot_view" in (row.reason or "")


async def test_webhooks_that_the_shop_switched_off_are_switched_on_and_what_was_missed_is_fetched(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    """The shop never tries twice, and switches a webhook off at the seventh failure in a row."""
    before = order(shop)
    await deliver(shop, desk)
    clock.advance(timedelta(hours=1))
    await desk.ensure(ready)
    working_until = clock.now()
    clock.advance(timedelta(hours=1))
    await desk.down()
    missed = [order(shop, f"{number}.00") for number in range(1, 10)]
    await shop.flush()
    created = next(one for one in shop.subscriptions.rows.values() if one.topic == "order.created")
    assert created.status == "disabled"
    await desk.up()
    clock.advance(timedelta(hours=1))

    mended = await desk.ensure(ready)
    assert mended.done == ["switched on again the webhook for order.created"]
    assert (mended.missed_since, mended.recovered, mended.healthy) == (working_until, len(missed), True)
    assert created.status == "active"
    await desk.work()
    assert await desk.told() == {
        f"order.created {before.id}": 1,
        **{f"order.updated {one.id}": 1 for one in missed},
    }
    again = await desk.ensure(ready)
    assert (again.done, again.missed_since) == ([], None)
    later = order(shop)
    await deliver(shop, desk)
    assert (await desk.told())[f"order.created {later.id}"] == 1


async def test_a_few_failures_are_noticed_too_though_nothing_was_switched_off(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=1))
    await desk.down()
    missed = order(shop)
    await shop.flush()
    await desk.up()
    clock.advance(timedelta(hours=1))
    mended = await desk.ensure(ready)
    assert (mended.done, mended.recovered) == ([], 1)
    await desk.work()
    assert await desk.told() == {f"order.updated {missed.id}": 1}


async def test_what_was_fetched_and_came_by_itself_too_counts_once(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    known = order(shop)
    await deliver(shop, desk)
    created = next(one for one in shop.subscriptions.rows.values() if one.topic == "order.created")
    created.status = "disabled"
    clock.advance(timedelta(minutes=1))
    assert (await desk.ensure(ready)).missed_since is not None
    await desk.work()
    assert await desk.told() == {f"order.created {known.id}": 1}


async def test_orders_in_the_trash_are_fetched_as_deleted(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    bought = order(shop)
    await deliver(shop, desk)
    clock.advance(timedelta(hours=1))
    await desk.down()
    shop.state.delete_order(bought.id, force=False)
    await shop.flush()
    await desk.up()
    await desk.ensure(ready)
    await desk.work()
    assert (await desk.told())[f"order.deleted {bought.id}"] == 1


@pytest.mark.parametrize("options", [ShopOptions(orders_by_modified=False)])
async def test_more_than_a_page_was_missed_at_an_old_shop(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=1))
    shop.sender.faults.replace([HookRule(kind=HookFault.DROP)])
    for _ in range(250):
        order(shop)
    next(iter(shop.subscriptions.rows.values())).status = "disabled"
    next(iter(shop.subscriptions.rows.values())).date_modified_gmt = "2026-03-02T13:00:00"
    assert (await desk.ensure(ready)).recovered == 250


async def test_a_backfill_that_broke_off_is_done_by_the_next_call(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=1))
    await desk.down()
    for _ in range(8):
        order(shop)
    await shop.flush()
    await desk.up()
    shop.faults.replace((FaultRule(kind=Fault.SERVER_ERROR, path="/wp-json/wc/v3/orders"),))
    assert (await desk.ensure(ready)).error is not None
    assert all(one.status == "active" for one in shop.subscriptions.rows.values())
    shop.faults.replace(())
    clock.advance(timedelta(minutes=10))
    assert (await desk.ensure(ready)).recovered == 8


async def test_a_webhook_that_a_person_paused_stays_so_and_is_told(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator
) -> None:
    paused = next(iter(shop.subscriptions.rows.values()))
    paused.status = "paused"
    standing = await desk.ensure(ready)
    assert (standing.done, standing.healthy, paused.status) == ([], False, "paused")
    assert [one.external_id for one in standing.registrations if not one.healthy] == [str(paused.id)]


@pytest.mark.parametrize("kind", [Fault.CLOSE_AFTER_EFFECT, Fault.TRUNCATED_JSON, Fault.CUT_CONNECTION])
async def test_a_creation_whose_answer_is_lost_is_not_repeated(
    desk: FrontDesk, account: ProviderAccount, shop: WooCommerceEmulator, kind: Fault
) -> None:
    shop.faults.replace((FaultRule(kind=kind, method="POST", path="/wp-json/wc/v3/webhooks", every=2),))
    assert (await desk.ensure(account)).error is None
    assert (await desk.ensure(account)).error is None
    assert sorted(one.topic for one in shop.subscriptions.rows.values()) == sorted(TOPICS)
    bought = order(shop)
    await deliver(shop, desk)
    assert await desk.told() == {f"order.created {bought.id}": 1}


@pytest.mark.parametrize("options", [ShopOptions(may_write=False)])
async def test_keys_that_may_only_read_do_not_block_the_account(desk: FrontDesk, account: ProviderAccount) -> None:
    standing = await desk.ensure(account)
    assert standing.error is not None
    assert "read and write" in standing.error.message
    now = await desk.use_cases.list_provider_accounts.one(desk.tenant.id, account.id)
    assert now.credential_state is CredentialState.OK


async def test_a_maintenance_page_is_no_answer(
    desk: FrontDesk, account: ProviderAccount, shop: WooCommerceEmulator
) -> None:
    shop.faults.replace((FaultRule(kind=Fault.ERROR_ENVELOPE),))
    standing = await desk.ensure(account)
    assert standing.error is not None
    assert standing.error.code == "provider_unavailable"


async def test_both_secrets_are_taken_while_one_is_replaced(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    before = order(shop)
    await desk.use_cases.administer_inbox.give_secret(
        NewSecret(tenant_id=desk.tenant.id, account_id=ready.id, keep_former_for=timedelta(hours=1))
    )
    await deliver(shop, desk)
    assert len((await desk.ensure(ready)).done) == len(TOPICS)
    clock.advance(timedelta(hours=2))
    after = order(shop)
    await deliver(shop, desk)
    assert await desk.told() == {f"order.created {one.id}": 1 for one in (before, after)}
    assert (await desk.ensure(ready)).done == []


async def test_staff_at_the_shop_are_played_by_the_control_routes(
    desk: FrontDesk, ready: ProviderAccount, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    bought = order(shop)
    await deliver(shop, desk)
    clock.advance(timedelta(seconds=5))
    async with httpx.AsyncClient(base_url=f"{shop.root_url}/_emulator") as control:
        assert (await control.post(f"/orders/{bought.id}", json={"status": "on-hold"})).status_code == 200
        assert (await control.post("/hooks/flush")).json() == {"attempts": 1}
    await desk.work()
    assert (await desk.told())[f"order.updated {bought.id}"] == 1
