"""A stand-in for Cal.com: bookings that change, and webhooks that tell of it once each, as Cal.com does.

emulator = CalcomEmulator()
async with emulator.serving() as url:  # url is the base address of the API, with /v2 at its end
    ...
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from ..faults import FaultRule
from ..sending.emulator import SendingEmulator, system_now
from ..sending.sender import Sender
from ..server import Sleep
from .routes import CalcomOptions, CalcomProvider
from .store import Store

__all__ = ["CalcomEmulator", "CalcomOptions"]


class CalcomEmulator(SendingEmulator):
    """Cal.com on a loopback port. ``state`` is the calendar itself, for a test in the same process."""

    def __init__(
        self,
        *,
        seed: int = 1,
        options: CalcomOptions | None = None,
        faults: tuple[FaultRule, ...] = (),
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = system_now,
        automatic: bool = True,
    ) -> None:
        self.options = options or CalcomOptions()
        sender = Sender(now=now, sleep=sleep)
        self.state = Store(seed=seed, sender=sender, host_email=self.options.host_email)
        provider = CalcomProvider(self.state, self.options)
        super().__init__(provider, sender, seed=seed, faults=faults, sleep=sleep, automatic=automatic)
