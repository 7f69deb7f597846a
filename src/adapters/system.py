"""The machine's own time, identifiers and randomness."""

import asyncio
import random
import threading
import time
from datetime import UTC, datetime
from uuid import UUID, SafeUUID

from ..application.ports.clock import Clock, Dice, IdSource

_TAIL_BITS = 74
_LOW_BITS = 62
_LOW_MASK = (1 << _LOW_BITS) - 1
_HIGH_MASK = (1 << (_TAIL_BITS - _LOW_BITS)) - 1
_VERSION = 7 << 76
_VARIANT = 2 << 62
_STEP_BITS = 32

_UNKNOWN = SafeUUID.unknown

_blank = object.__new__
_set = object.__setattr__


class SystemClock(Clock):
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Of the machine, since it was started or so."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Really wait; not at all for zero or less."""
        await asyncio.sleep(max(0.0, seconds))


class UuidSource(IdSource):
    """UUIDv7 by RFC 9562 §6.2, method 2: within a millisecond the random part grows by a random step.

    Greater with every call, over all threads of the process, also when the machine's clock is set back.
    Not for secrets: whoever knows one can guess near what follows it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> UUID:
        """The next identifier."""
        moment = time.time_ns() // 1_000_000
        with self._lock:
            if moment > self._last >> _TAIL_BITS:
                # The top bit stays free, so that steps do not run into the next millisecond.
                self._last = moment << _TAIL_BITS | random.getrandbits(_TAIL_BITS - 1)
            else:
                self._last += 1 + random.getrandbits(_STEP_BITS)
            last = self._last
        return uuid7(last)


def uuid7(ordinal: int) -> UUID:
    """The UUIDv7 with these 48 bits of milliseconds since 1970 and 74 bits of tail, as one number.

    Greater numbers give greater identifiers.
    """
    high = (ordinal >> _LOW_BITS) & _HIGH_MASK
    return uuid_of((ordinal >> _TAIL_BITS) << 80 | _VERSION | high << 64 | _VARIANT | ordinal & _LOW_MASK)


def uuid_of(number: int) -> UUID:
    """The UUID that is this number of 128 bits."""
    # As the standard library makes its own from 3.14 on: the constructor's looks at its arguments took half the time.
    made = _blank(UUID)
    _set(made, "int", number)
    _set(made, "is_safe", _UNKNOWN)
    return made


class SystemDice(Dice):
    """Pseudo-random numbers, seeded by the machine."""

    def roll(self) -> float:
        """A number in [0, 1)."""
        return random.random()  # noqa: S311 - jitter, no secret
