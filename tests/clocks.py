"""A clock that only moves when it is told to."""

import asyncio
from datetime import datetime, timedelta

from tresen.adapters.memory.clock import NOON, FixedClock


class PatientClock(FixedClock):
    """Whoever sleeps waits until somebody else has moved the hands far enough."""

    def __init__(self, start: datetime = NOON) -> None:
        super().__init__(start)
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        end = self._passed + timedelta(seconds=seconds)
        while self._passed < end:
            await self._moved.wait()

    def advance(self, by: timedelta) -> None:
        super().advance(by)
        self._moved.set()
        self._moved = asyncio.Event()
