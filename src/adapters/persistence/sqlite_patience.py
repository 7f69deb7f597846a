"""Trying again, without blocking the loop, while another process holds the file."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from ...application.ports.clock import Clock
from .sqlite_errors import is_busy, translated

T = TypeVar("T")

BUSY_LIMIT = timedelta(seconds=5)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.1


class Patience:
    """Runs SQLite's calls for the database of that name, and raises our errors instead of its own."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock

    async def __call__(self, work: Callable[[], T], *, threads: Executor | None = None) -> T:
        """The work's result, tried again for up to 5 s while the file is busy, inline or on a thread.

        Raises StorageConflict when it stays busy.
        """
        give_up, pause = self._clock.now() + BUSY_LIMIT, _FIRST_PAUSE_S
        with translated(self._name):
            while True:
                try:
                    return await _run(work, threads)
                except (DBAPIError, sqlite3.Error) as error:
                    if not is_busy(error) or self._clock.now() >= give_up:
                        raise
                await self._clock.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def once(self, work: Callable[[], T], *, threads: Executor | None = None) -> T:
        """The work's result, not tried again: for what happens inside a transaction."""
        with translated(self._name):
            return await _run(work, threads)


async def _run(work: Callable[[], T], threads: Executor | None) -> T:
    if threads is None:
        return work()
    return await _finished(asyncio.get_running_loop().run_in_executor(threads, work))


async def _finished(future: "asyncio.Future[T]") -> T:
    # When we are cancelled, the thread is waited for first: nobody may touch its connection before.
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        future.exception()
        raise cancelled
    return future.result()
