"""Hearing that there may be work: pgqueuer notifies a channel whenever jobs come or go."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from ..persistence.postgres import PostgresDatabase
from ..persistence.postgres_connection import DriverConnection
from .postgres_names import CHANNEL


class News:
    """Listens on a connection of its own, which is opened with the first ``listen`` and closed with the database."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._arrived = asyncio.Event()
        self._opening = asyncio.Lock()
        self._connection: DriverConnection | None = None
        self._closing = AsyncExitStack()
        database.before_close(self.close)

    async def listen(self) -> None:
        """From now on nothing is missed. Raises StorageUnavailable."""
        async with self._opening:
            if self._connection is not None and not self._connection.is_closed():
                return
            await self.close()
            connection = await self._closing.enter_async_context(self._database.connection())
            connection.add_termination_listener(self._heard)
            await connection.add_listener(CHANNEL, self._heard)
            self._connection = connection

    def forget(self) -> None:
        """Whoever asks now knows all that has been told."""
        self._arrived.clear()

    async def wait(self, seconds: float) -> None:
        """Until something was told since the last ``forget``, or the time is up."""
        async with _running(self._database.clock.sleep(seconds)) as pause, _running(self._arrived.wait()) as news:
            await asyncio.wait({pause, news}, return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """Listen no longer."""
        closing, self._closing, self._connection = self._closing, AsyncExitStack(), None
        await closing.aclose()

    def _heard(self, *_: object) -> None:
        self._arrived.set()


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, object]) -> AsyncIterator["asyncio.Task[object]"]:
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
