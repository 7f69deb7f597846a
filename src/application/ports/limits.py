"""How often somebody may try something."""

from abc import abstractmethod
from datetime import timedelta
from typing import Protocol


class Limiter(Protocol):
    """Counts attempts per key in a sliding window."""

    @abstractmethod
    def hit(self, key: str, *, limit: int, window: timedelta) -> None:
        """Count one attempt. Raises TooManyRequests (``retry_after_s``) when there were ``limit`` already."""

    @abstractmethod
    def release(self, key: str) -> None:
        """Give the latest attempt back: it turned out not to count."""

    @abstractmethod
    def forget(self, key: str) -> None:
        """Start that key anew."""
