"""A stand-in for a WooCommerce shop: orders and customers that change, and webhooks that tell of it as WooCommerce
does: built when they are sent, never repeated, switched off when they fail too often.

emulator = WooCommerceEmulator()
async with emulator.serving():
    ...  # emulator.root_url is the shop's address, emulator.url that of its interface
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from ..faults import FaultRule
from ..sending.emulator import SendingEmulator, system_now
from ..sending.sender import Sender
from ..server import Sleep
from .hooks import Hooks
from .routes import ShopOptions, ShopProvider
from .store import Store

__all__ = ["ShopOptions", "WooCommerceEmulator"]

_PATIENCE_S = 60.0


class WooCommerceEmulator(SendingEmulator):
    """A shop on a loopback port. ``state`` has its orders and customers, ``subscriptions`` its webhooks."""

    def __init__(
        self,
        *,
        seed: int = 1,
        options: ShopOptions | None = None,
        faults: tuple[FaultRule, ...] = (),
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = system_now,
        automatic: bool = True,
    ) -> None:
        self.options = options or ShopOptions()
        sender = Sender(now=now, sleep=sleep, limit_s=_PATIENCE_S)
        self.subscriptions = Hooks(sender, lambda: f"{self.root_url}/")
        self.state = Store(now=now, zone=self.options.zone, changed=self.subscriptions.happened)
        self.subscriptions.watch(self.state)
        provider = ShopProvider(self.state, self.subscriptions, self.options)
        super().__init__(provider, sender, seed=seed, faults=faults, sleep=sleep, automatic=automatic)
