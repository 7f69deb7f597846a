"""A front desk with real sockets, and the emulators of those who send to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.integration.complaints.senders import stripe_before
from tests.integration.webhooks.front_desk import FrontDesk, front_desk

from tresen.adapters.emulators.calcom import CalcomEmulator
from tresen.adapters.emulators.stripe import StripeEmulator
from tresen.adapters.emulators.woocommerce import ShopOptions, WooCommerceEmulator
from tresen.adapters.memory.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def desk(tmp_path: Path, clock: FixedClock) -> AsyncIterator[FrontDesk]:
    async with front_desk(tmp_path, clock) as desk:
        yield desk


@pytest.fixture
async def shop(desk: FrontDesk, clock: FixedClock) -> AsyncIterator[WooCommerceEmulator]:
    """A shop whose webhooks are set up and whose pings are behind it."""
    options = ShopOptions()
    emulator = WooCommerceEmulator(now=clock.now, sleep=clock.sleep, options=options, automatic=False)
    async with emulator.serving():
        keys = f"{options.consumer_key}:{options.consumer_secret}"
        account = await desk.connect("woocommerce", keys, base_url=emulator.root_url)
        assert (await desk.ensure(account)).error is None
        await emulator.flush()
        yield emulator


@pytest.fixture
async def calcom(desk: FrontDesk, clock: FixedClock) -> AsyncIterator[CalcomEmulator]:
    """Cal.com with one webhook to the desk."""
    emulator = CalcomEmulator(now=clock.now, sleep=clock.sleep, automatic=False)
    async with emulator.serving():
        account = await desk.connect("calcom", emulator.options.api_key, base_url=emulator.url)
        assert (await desk.ensure(account)).error is None
        yield emulator


@pytest.fixture
async def stripe(desk: FrontDesk, clock: FixedClock) -> AsyncIterator[StripeEmulator]:
    """Stripe with one endpoint, the desk, which knows its secret."""
    async with stripe_before(desk, clock) as emulator:
        yield emulator
