"""How many jobs a worker takes at a time."""

from datetime import datetime, timedelta

# A claim and a settlement each wait for the disk; so many jobs share that.
_MANY = 500
# What was taken should have been done after so long: longer, and others could have begun it by now.
_QUICK = timedelta(seconds=0.1)
_SLOW = timedelta(seconds=1)


class Pace:
    """As many as there are free places; and more, up to 500, while they take next to no time."""

    def __init__(self, parallel: int) -> None:
        self._parallel = parallel
        self._size = parallel
        self._count = 0
        self._taken_at: datetime | None = None

    def room(self, in_hand: int, now: datetime) -> int:
        """How many to ask for. Only who has nothing in hand takes more than can be begun."""
        if in_hand:
            return self._parallel - in_hand
        if self._taken_at is not None and self._count >= self._size:
            is_quick = now - self._taken_at <= _QUICK
            self._size = min(max(self._parallel, _MANY), self._size * 2) if is_quick else self._parallel
        return self._size

    def took(self, count: int, now: datetime) -> None:
        """So many were claimed then."""
        self._count, self._taken_at = count, now

    def is_slow(self, now: datetime) -> bool:
        """Whether those that wait have waited too long."""
        return self._taken_at is not None and now - self._taken_at > _SLOW
