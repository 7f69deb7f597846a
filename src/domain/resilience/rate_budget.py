"""How fast a provider may be called: a token bucket as a value."""

from datetime import datetime, timedelta

import attrs

from ..shared.errors import InvalidValue


@attrs.frozen(kw_only=True)
class RateBudget:
    """At most ``burst`` calls at once and ``per_second`` in the long run, over everything that shares the value.

    Raises InvalidValue for a rate or a burst that lets nothing pass.
    """

    per_second: float
    burst: int
    level: float
    updated_at: datetime

    def __attrs_post_init__(self) -> None:
        if not self.per_second > 0:
            raise InvalidValue("a budget lets more than 0 calls per second pass", field="per_second")
        if self.burst < 1:
            raise InvalidValue("a budget lets at least one call pass at once", field="burst")

    @classmethod
    def full(cls, *, per_second: float, burst: int, now: datetime) -> "RateBudget":
        """A budget nobody has used yet."""
        return cls(per_second=per_second, burst=burst, level=float(burst), updated_at=now)

    def take(self, now: datetime) -> "tuple[RateBudget, timedelta]":
        """The budget with one call taken, and how long that call must wait before it is made.

        The level may go below zero: that is the queue of calls already promised, in order.
        """
        elapsed = max(0.0, (now - self.updated_at).total_seconds())
        level = min(float(self.burst), self.level + elapsed * self.per_second) - 1.0
        wait = timedelta(seconds=max(0.0, -level / self.per_second))
        return attrs.evolve(self, level=level, updated_at=max(now, self.updated_at)), wait
