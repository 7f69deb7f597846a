"""Run locks: freed by the operating system or by the database when their holder dies."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from ...application.ports.locks import RunLocks


class FileRunLocks(RunLocks):
    """One locked file per key, beside the database file; the files stay, which is harmless."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Never waits."""
        return self._hold(key)

    @asynccontextmanager
    async def _hold(self, key: str) -> AsyncIterator[bool]:
        digest = sha256(key.encode()).hexdigest()[:16]
        lock = FileLock(self._database.with_name(f"{self._database.name}-{digest}.lock"), blocking=False)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()
