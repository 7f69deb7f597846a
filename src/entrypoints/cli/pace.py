"""How fast something goes, and how long it will still take."""

import attrs

# What was done in less says nothing: the watch begins with the first report, and much may have been done by then.
_SOONEST_S = 0.5


@attrs.frozen(kw_only=True)
class Pace:
    """So many ``done`` in so many seconds; ``total`` None: nobody knows how many there will be."""

    done: int
    seconds: float
    total: int | None = None

    @property
    def known_total(self) -> int | None:
        """The total, unless there are more already than it promised."""
        return self.total if self.total and self.done <= self.total else None

    @property
    def rate(self) -> str:
        """As ``1,200/s``; empty while nothing can be said."""
        return f"{self._per_second:,.0f}/s" if self._per_second else ""

    @property
    def remaining(self) -> str:
        """As ``about 8 s left`` or ``about 3 min left``; empty without a total, and at the end."""
        if self.known_total is None or self.known_total == self.done or not self._per_second:
            return ""
        seconds = (self.known_total - self.done) / self._per_second
        return f"about {seconds:.0f} s left" if seconds < 90 else f"about {seconds / 60:.0f} min left"  # noqa: PLR2004

    @property
    def count(self) -> str:
        """As ``3,000 of 12,000``."""
        return f"{self.done:,}" if self.known_total is None else f"{self.done:,} of {self.known_total:,}"

    @property
    def _per_second(self) -> float:
        return self.done / self.seconds if self.seconds >= _SOONEST_S else 0.0

    def __str__(self) -> str:
        return ", ".join(part for part in (self.count, self.rate, self.remaining) if part)
