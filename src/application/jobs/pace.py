"""How many jobs a worker takes at a time."""

# A claim and a settlement each wait for the disk; so many jobs share that.
_MANY = 500
# What was taken should have been done after so long: longer, and others could have begun it by now.
_QUICK_S = 0.1
_SLOW_S = 1.0


class Pace:
    """As many as there are free places; and more, up to 500, while they take next to no time.

    Moments are seconds of a clock that nobody sets.
    """

    def __init__(self, parallel: int) -> None:
        self._parallel = parallel
        self._size = parallel
        self._count = 0
        self._taken_at: float | None = None

    def room(self, in_hand: int, now: float) -> int:
        """How many to ask for. Only who has nothing in hand takes more than can be begun."""
        if in_hand:
            return self._parallel - in_hand
        if self._taken_at is not None and self._count >= self._size:
            is_quick = now - self._taken_at <= _QUICK_S
            self._size = min(max(self._parallel, _MANY), self._size * 2) if is_quick else self._parallel
        return self._size

    def took(self, count: int, now: float) -> None:
        """So many were claimed then."""
        self._count, self._taken_at = count, now

    def is_slow(self, now: float) -> bool:
        """Whether those that wait have waited too long."""
        return self._taken_at is not None and now - self._taken_at > _SLOW_S
