"""Whether it is the same webhook is not a matter of its bytes alone."""

from datetime import timedelta

from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.woocommerce import WooCommerceEmulator
from tresen.adapters.emulators.woocommerce.shapes import CustomerBody, OrderBody
from tresen.adapters.memory.clock import FixedClock


async def test_an_order_that_is_deleted_again_after_it_was_restored_is_told_again(
    desk: FrontDesk, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    """A deletion says a number and nothing else, so that the second one has the first one's bytes."""
    bought = shop.state.create_order(OrderBody(status="processing", total="9.00", currency="EUR"))
    for step in ("delete", "restore", "delete"):
        clock.advance(timedelta(minutes=1))
        if step == "delete":
            shop.state.delete_order(bought.id, force=False)
        else:
            shop.state.update_order(bought.id, OrderBody(status="processing"))
        await shop.flush()
        await desk.work()
    assert (await desk.told())[f"order.deleted {bought.id}"] == 2


async def test_two_records_of_one_number_may_be_deleted(
    desk: FrontDesk, shop: WooCommerceEmulator, clock: FixedClock
) -> None:
    """Orders and customers are numbered apart: the two deletions differ in their topic, not in their bytes."""
    shop.state.create_order(OrderBody(status="processing", total="9.00", currency="EUR"))
    customer = shop.state.create_customer(CustomerBody(email="ana@example.com"))
    number = customer.id
    shop.state.orders[number] = shop.state.orders.popitem()[1]
    shop.state.orders[number].id = number
    await shop.flush()
    await desk.work()
    clock.advance(timedelta(minutes=1))
    shop.state.delete_order(number, force=True)
    shop.state.delete_customer(number)
    await shop.flush()
    await desk.work()
    told = await desk.told()
    assert (told[f"order.deleted {number}"], told[f"customer.deleted {number}"]) == (1, 1)
