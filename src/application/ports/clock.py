"""Time, randomness and identifiers: what the domain takes as arguments."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Tells and passes the time."""

    @abstractmethod
    def now(self) -> datetime:
        """The current instant, aware, in UTC. Who sets the machine's clock sets this, too: to the past, even."""

    @abstractmethod
    def monotonic(self) -> float:
        """Seconds since some moment of this process, never fewer than before, whoever sets the clock: for durations."""

    @abstractmethod
    async def sleep(self, seconds: float) -> None:
        """Wait that long; a fake only moves its hands."""


class IdSource(Protocol):
    """Makes identifiers."""

    @abstractmethod
    def new(self) -> UUID:
        """A UUIDv7 (RFC 9562 §5.7), greater than every one this source gave before."""


class Dice(Protocol):
    """Randomness for jitter, never for secrets."""

    @abstractmethod
    def roll(self) -> float:
        """A number in [0, 1)."""
