"""Keeping pgqueuer's log short: it gets three lines or more for each job, and pgqueuer never deletes one."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from .postgres_sql import TRIM
from .postgres_store import Session

# Lines that are kept, enough to see the last days of a calm installation; how many jobs are settled between two
# looks at it; how many lines go at a time, more than those jobs brought.
_KEPT, _EVERY, _AT_ONCE = 100_000, 5_000, 40_000


class Trimming:
    """What a process has settled since it last trimmed the log; a new one trims at once, for it may be short-lived."""

    def __init__(self, *, kept: int = _KEPT) -> None:
        self._kept = kept
        self._since = _EVERY

    async def after(self, settled: int, session: Callable[[], AbstractAsyncContextManager[Session]]) -> None:
        """Trim if it is time, in a transaction of its own."""
        self._since += settled
        if self._since >= _EVERY:
            self._since = 0
            async with session() as one:
                await one.execute(TRIM, self._kept, _AT_ONCE)
