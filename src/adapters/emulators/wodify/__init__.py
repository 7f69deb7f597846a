"""A stand-in for the gym software Wodify: a small stateful HTTP server with a seeded gym behind it.

async with WodifyEmulator(seed=1, today=date(2026, 3, 1)).serving() as url:
    ...  # url is what a client of Wodify takes for its base URL
"""

import asyncio
from datetime import date

from ..faults import FaultRule
from ..server import Emulator, Sleep
from .data import Sizes
from .routes import WodifyOptions, WodifyProvider
from .store import Store

__all__ = ["Sizes", "WodifyEmulator", "WodifyOptions"]


class WodifyEmulator(Emulator):
    """Wodify on a loopback port. ``state`` is the gym itself, to be looked at and edited in the same process.

    The same ``seed``, ``today`` and ``sizes`` give the same bytes on every route.
    """

    def __init__(
        self,
        *,
        today: date,
        seed: int = 1,
        sizes: Sizes | None = None,
        options: WodifyOptions | None = None,
        faults: tuple[FaultRule, ...] = (),
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.options = options or WodifyOptions()
        self.state = Store(seed=seed, today=today, sizes=sizes or Sizes())
        super().__init__(WodifyProvider(self.state, self.options), seed=seed, faults=faults, sleep=sleep)
