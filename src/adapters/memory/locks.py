"""Run locks of one process."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ...application.ports.locks import RunLocks


class MemoryRunLocks(RunLocks):
    """Locks between the tasks of one process; they die with it, as promised."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """True while inside when nobody had it, else False."""
        return self._hold(key)

    def take(self, key: str) -> None:
        """As another process does that goes on and on."""
        self._held.add(key)

    @asynccontextmanager
    async def _hold(self, key: str) -> AsyncIterator[bool]:
        if key in self._held:
            yield False
            return
        self._held.add(key)
        try:
            yield True
        finally:
            self._held.remove(key)
