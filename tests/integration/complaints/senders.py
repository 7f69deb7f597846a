"""Emulators that are set up to send to a desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.stripe import StripeEmulator
from tresen.adapters.memory.clock import FixedClock
from tresen.application.webhooks.administer_inbox import NewSecret


@asynccontextmanager
async def stripe_before(desk: FrontDesk, clock: FixedClock) -> AsyncIterator[StripeEmulator]:
    """Stripe with one endpoint, the desk, which knows its secret."""
    emulator = StripeEmulator(now=clock.now, sleep=clock.sleep, automatic=False)
    async with emulator.serving():
        account = await desk.connect("stripe", emulator.options.api_key, base_url=emulator.root_url)
        endpoint = emulator.state.add_endpoint(await desk.address(account))
        await desk.use_cases.administer_inbox.give_secret(
            NewSecret(tenant_id=desk.tenant.id, account_id=account.id, secret=endpoint.secret)
        )
        yield emulator
