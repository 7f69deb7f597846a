"""The shell around an emulated provider that sends webhooks."""

import asyncio
import contextlib
from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol

from ..faults import FaultRule
from ..messages import Answer, Request
from ..provider import Provider
from ..server import Emulator, Sleep
from .control import HOOKS_PATH, hooks_answer
from .sender import Now, Sender


class SendingProvider(Provider, Protocol):
    """A provider that sends webhooks through the emulator's sender."""

    @abstractmethod
    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """Send ``data`` as that event to whoever subscribed to it; to how many. Raises ValueError for what does not
        fit."""


def system_now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


class SendingEmulator(Emulator):
    """An emulator whose webhooks go out by themselves while it serves, or with ``automatic`` False only by ``flush``.

    ``sender`` has the faults of webhooks and the log of what was sent.
    """

    def __init__(
        self,
        provider: SendingProvider,
        sender: Sender,
        *,
        seed: int,
        faults: tuple[FaultRule, ...],
        sleep: Sleep,
        automatic: bool,
    ) -> None:
        super().__init__(provider, seed=seed, faults=faults, sleep=sleep)
        self.sender = sender
        self.hooks: SendingProvider = provider
        self._automatic = automatic

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """As any emulator's, and sends meanwhile."""
        async with super().serving(port) as url:
            task = asyncio.ensure_future(self.sender.run()) if self._automatic else None
            try:
                yield url
            finally:
                if task is not None:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await task

    async def flush(self) -> int:
        """Send every webhook that is due now; the number of attempts made."""
        return await self.sender.flush()

    def reset(self) -> None:
        """Data, counts, faults and the queue of webhooks as they were at the start."""
        super().reset()
        self.sender.reset()

    async def steer(self, request: Request) -> Answer:
        """The routes of webhooks besides every emulator's."""
        if request.path.startswith(HOOKS_PATH):
            return await hooks_answer(self.hooks, self.sender, request)
        return await super().steer(request)


__all__ = ["Now", "SendingEmulator", "SendingProvider", "system_now"]
