"""Whether and when to try again."""

import attrs

_DOUBLINGS_MAX = 62  # beyond it a float would overflow, and every ceiling is long reached


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """Exponential backoff with full jitter; times in seconds. ``attempts`` counts the first one."""

    attempts: int = 4
    first_s: float = 1.0
    longest_s: float = 30.0
    longest_wait_s: float = 120.0

    def delay_s(self, attempt: int, *, jitter: float, retry_after_s: float | None = None) -> float | None:
        """Seconds to wait after the failed ``attempt`` (from 1), None: give up.

        ``jitter`` is a random number in [0, 1). A provider's Retry-After is a floor, obeyed as it is; one beyond
        ``longest_wait_s`` means giving up now instead of blocking the caller.
        """
        if attempt >= self.attempts:
            return None
        ceiling = min(self.longest_s, self.first_s * 2.0 ** min(attempt - 1, _DOUBLINGS_MAX))
        delay = jitter * ceiling
        if retry_after_s is not None:
            delay = max(delay, retry_after_s)
        return None if delay > self.longest_wait_s else delay


@attrs.frozen(kw_only=True)
class RetrySchedule:
    """Waits that are written down one by one, in seconds; one try more than there are waits.

    ``spread`` is by which share a wait may get longer at random.
    """

    delays_s: tuple[float, ...]
    spread: float = 0.0
    longest_wait_s: float = 86_400.0

    def delay_s(self, attempt: int, *, jitter: float, retry_after_s: float | None = None) -> float | None:
        """Seconds to wait after the failed ``attempt`` (from 1), None: give up.

        ``jitter`` is a random number in [0, 1). A receiver's Retry-After is a floor, up to ``longest_wait_s``.
        """
        if attempt > len(self.delays_s):
            return None
        delay = self.delays_s[attempt - 1] * (1.0 + self.spread * jitter)
        return delay if retry_after_s is None else max(delay, min(retry_after_s, self.longest_wait_s))
