"""What goes on beside the API: the worker, the scheduler and whatever else runs until it is told to stop."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

Loop = Callable[[asyncio.Event], Awaitable[object]]

_STOP = (signal.SIGINT, signal.SIGTERM)


@asynccontextmanager
async def in_background(loops: Sequence[Loop]) -> AsyncIterator[asyncio.Event]:
    """Run the loops while inside; they are asked to stop by the event that is given, at the latest when the block is
    left, which waits until they have.

    One that fails ends the block with its error: a process that cannot do its work shall not look alive.
    """
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(_run(loop, stop))
        try:
            yield stop
        finally:
            stop.set()


async def run_until_told(loops: Sequence[Loop], *, ready: Callable[[], None]) -> None:
    """Run the loops until SIGINT or SIGTERM; a second signal hurries the end: what still runs is broken off."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(_gathered(loops, stop))
    with _signals(stop, task):
        ready()
        try:
            await task
        except asyncio.CancelledError:
            if not stop.is_set():
                raise


async def _gathered(loops: Sequence[Loop], stop: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(_run(loop, stop))


async def _run(loop: Loop, stop: asyncio.Event) -> None:
    await loop(stop)


@contextmanager
def _signals(stop: asyncio.Event, task: "asyncio.Future[None]") -> Iterator[None]:
    def told() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    running = asyncio.get_running_loop()
    for number in _STOP:
        running.add_signal_handler(number, told)
    try:
        yield
    finally:
        for number in _STOP:
            running.remove_signal_handler(number)
