"""What a shop could not deliver is fetched, also what it wrote just before anybody looked."""

from datetime import timedelta

from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.woocommerce import WooCommerceEmulator
from tresen.adapters.emulators.woocommerce.shapes import OrderBody
from tresen.adapters.memory.clock import FixedClock

ORDER = OrderBody(status="processing", total="9.00", currency="EUR")


async def test_an_order_that_was_saved_shortly_before_the_last_look_is_fetched_too(
    desk: FrontDesk, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    """Its webhook was queued and failed afterwards: whoever asks for what is newer than the last look misses it."""
    (account,) = await desk.use_cases.list_provider_accounts(desk.tenant.id)
    clock.advance(timedelta(hours=1))
    early = shop.state.create_order(ORDER)
    clock.advance(timedelta(seconds=90))
    assert (await desk.ensure(account)).missed_since is None
    await desk.down()
    late = shop.state.create_order(ORDER)
    await shop.flush()
    await desk.up()
    clock.advance(timedelta(hours=1))
    assert (await desk.ensure(account)).recovered == 2
    await desk.work()
    assert await desk.told() == {f"order.updated {one.id}": 1 for one in (early, late)}


async def test_the_content_is_kept_so_that_no_list_has_to_have_it(
    desk: FrontDesk, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    """Processing asks the shop for nothing: its list may lag behind its webhooks."""
    bought = shop.state.create_order(ORDER)
    await shop.flush()
    calls = shop.calls.total()
    del shop.state.orders[bought.id]
    await desk.work()
    assert await desk.told() == {f"order.created {bought.id}": 1}
    (event,) = await desk.effects()
    values = event.data["values"]
    assert isinstance(values, dict)
    assert values["id"] == bought.id
    assert values["total"] == {"amount": "9.00", "currency": "EUR"}
    assert shop.calls.total() == calls
