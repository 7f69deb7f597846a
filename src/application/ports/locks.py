"""One at a time, over all processes."""

from abc import abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class RunLocks(Protocol):
    """Locks that the operating system or the database frees when their holder dies, even by ``kill -9``."""

    @abstractmethod
    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Try to hold the lock while inside: True, or False at once when another task or process has it.

        Where this process holds as many locks as it may, it waits some seconds for one of them to be freed, and then
        raises StorageConflict.
        """
