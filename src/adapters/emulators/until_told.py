"""Serving an emulator until the process is told to end."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Sequence

from .server import Emulator


def nothing_more() -> Sequence[str]:
    """For emulators whose key was given to them."""
    return ()


async def serve_until_told(emulator: Emulator, port: int, more: Callable[[], Sequence[str]] = nothing_more) -> None:
    """Says ``ready: <base URL>`` on the standard output once it answers, and before that the lines of ``more``."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends the loop instead
            loop.add_signal_handler(number, stopped.set)
    async with emulator.serving(port) as url:
        sys.stdout.write("".join(f"{line}\n" for line in (*more(), f"ready: {url}")))
        sys.stdout.flush()
        await stopped.wait()
