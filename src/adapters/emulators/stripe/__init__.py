"""A stand-in for Stripe's webhooks: endpoints, events that are kept for thirty days, and what a test wants to happen.

emulator = StripeEmulator()
async with emulator.serving() as url:
    endpoint = emulator.state.add_endpoint("https://…")  # endpoint.secret is shown this once
    emulator.state.happen("invoice.paid", invoice_paid("in_1", amount=2500))
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from ..faults import FaultRule
from ..sending.emulator import SendingEmulator, system_now
from ..sending.sender import Sender
from ..server import Sleep
from .routes import StripeOptions, StripeProvider
from .store import Store

__all__ = ["StripeEmulator", "StripeOptions"]


class StripeEmulator(SendingEmulator):
    """Stripe on a loopback port. ``state`` has endpoints and events."""

    def __init__(
        self,
        *,
        seed: int = 1,
        options: StripeOptions | None = None,
        faults: tuple[FaultRule, ...] = (),
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = system_now,
        automatic: bool = True,
    ) -> None:
        self.options = options or StripeOptions()
        sender = Sender(now=now, sleep=sleep)
        self.state = Store(seed=seed, sender=sender, livemode=self.options.livemode)
        provider = StripeProvider(self.state, self.options)
        super().__init__(provider, sender, seed=seed, faults=faults, sleep=sleep, automatic=automatic)
