"""A clock that is off."""

from datetime import datetime, timedelta

import attrs

from ...application.ports.clock import Clock


@attrs.frozen
class ClockAhead(Clock):
    """Another one, as somebody reads it whose own is ``by`` ahead (below zero: behind)."""

    _inner: Clock
    _by: timedelta

    def now(self) -> datetime:
        """The instant that it tells."""
        return self._inner.now() + self._by

    def monotonic(self) -> float:
        """As the other one: time passes equally fast."""
        return self._inner.monotonic()

    async def sleep(self, seconds: float) -> None:
        """As the other one."""
        await self._inner.sleep(seconds)
