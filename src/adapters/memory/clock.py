"""A clock, identifiers and dice that do what they are told."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from uuid import UUID

from ...application.ports.clock import Clock, Dice, IdSource
from ...domain.shared.time_range import as_utc
from ..system import uuid7

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_EPOCH_MS = int(NOON.timestamp() * 1000)


class FixedClock(Clock):
    """Stands still until it is moved; ``sleep`` moves it. ``slept`` lists the waits, in seconds."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = as_utc(start)
        self._passed = timedelta()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The instant at which it stands."""
        return self._now

    def monotonic(self) -> float:
        """By how much it was moved forward, in seconds; ``set`` does not count."""
        return self._passed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Move the hands, and let other tasks run."""
        self.slept.append(seconds)
        self.advance(timedelta(seconds=max(0.0, seconds)))
        await asyncio.sleep(0)

    def advance(self, by: timedelta) -> None:
        """Move the hands."""
        self._now += by
        self._passed += max(by, timedelta())

    def set(self, to: datetime) -> None:
        """Put the hands to an aware instant, as somebody does who sets a clock: no time passes."""
        self._now = as_utc(to)


class SequenceIds(IdSource):
    """UUIDv7 shapes that count upwards from ``start``: the same in every run."""

    def __init__(self, start: int = 0) -> None:
        self._ordinals = count((_EPOCH_MS << 74) + start + 1)

    def new(self) -> UUID:
        """The next one."""
        return uuid7(next(self._ordinals))


class FixedDice(Dice):
    """Gives these numbers in turn, over and over."""

    def __init__(self, *rolls: float) -> None:
        self._rolls = cycle(rolls or (0.5,))

    def roll(self) -> float:
        """The next number."""
        return next(self._rolls)
