"""A sliding window per key, in this process."""

import math
from bisect import bisect_right
from collections import OrderedDict
from datetime import timedelta

import attrs

from ...application.ports.clock import Clock
from ...application.ports.limits import Limiter
from ...domain.shared.errors import TooManyRequests


@attrs.define
class _Attempts:
    """Instants of the counted attempts (POSIX seconds, ascending) and the longest window asked for."""

    times: list[float] = attrs.field(factory=list)
    longest_s: float = 0.0

    def since(self, moment: float) -> list[float]:
        return self.times[bisect_right(self.times, moment) :]


class MemoryLimiter(Limiter):
    """Exact: an attempt counts until its window has passed. Refused attempts do not count.

    Keeps at most ``max_keys`` keys; then the one that was hit longest ago is forgotten. Right for one process;
    several processes each allow the limit.
    """

    def __init__(self, clock: Clock, *, max_keys: int = 10_000) -> None:
        self._clock = clock
        self._max_keys = max_keys
        self._attempts: OrderedDict[str, _Attempts] = OrderedDict()

    def __len__(self) -> int:
        return len(self._attempts)

    def hit(self, key: str, *, limit: int, window: timedelta) -> None:
        """Count one attempt, or raise TooManyRequests and count nothing."""
        now = self._clock.now().timestamp()
        self._ensure_free(key, limit=limit, window_s=window.total_seconds(), now=now)
        attempts = self._attempts.setdefault(key, _Attempts())
        attempts.longest_s = max(attempts.longest_s, window.total_seconds())
        attempts.times = attempts.since(now - attempts.longest_s)
        # The machine's clock may be set back: the list stays ascending.
        attempts.times.append(max(now, attempts.times[-1]) if attempts.times else now)
        self._attempts.move_to_end(key)
        if len(self._attempts) > self._max_keys:
            self._attempts.popitem(last=False)

    def release(self, key: str) -> None:
        """Take the latest attempt away."""
        attempts = self._attempts.get(key)
        if attempts and attempts.times:
            attempts.times.pop()

    def forget(self, key: str) -> None:
        """Start that key anew."""
        self._attempts.pop(key, None)

    def _ensure_free(self, key: str, *, limit: int, window_s: float, now: float) -> None:
        attempts = self._attempts.get(key)
        counted = attempts.since(now - window_s) if attempts else []
        if len(counted) < limit:
            return
        freed_at = counted[-limit] + window_s if limit > 0 else now + window_s
        wait_s = max(1, math.ceil(freed_at - now))
        raise TooManyRequests(f"too many attempts: try again in {wait_s} s", retry_after_s=wait_s)
