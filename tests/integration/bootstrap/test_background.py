"""What goes on beside the server: it stops when told, and is not silent when it fails."""

import asyncio
import os
import signal

import pytest

from tresen.bootstrap.background import in_background, run_until_told


async def test_leaving_the_block_asks_the_loops_to_stop_and_waits_for_them() -> None:
    ended = []

    async def loop(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0)
        ended.append("loop")

    async with in_background([loop, loop]):
        assert ended == []
    assert ended == ["loop", "loop"]


async def test_the_loops_may_be_asked_before_the_block_is_left() -> None:
    ended = asyncio.Event()

    async def loop(stop: asyncio.Event) -> None:
        await stop.wait()
        ended.set()

    async with in_background([loop]) as stop:
        stop.set()
        await ended.wait()


async def test_a_loop_that_fails_ends_the_process() -> None:
    async def broken(_: asyncio.Event) -> None:
        raise LookupError("no disk")

    with pytest.raises(ExceptionGroup) as failure:
        async with in_background([broken]):
            await asyncio.Event().wait()
    assert failure.group_contains(LookupError, match="no disk")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_loops_in_order(number: signal.Signals) -> None:
    ended = []

    async def loop(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0)
        ended.append("in order")

    await run_until_told([loop], ready=lambda: os.kill(os.getpid(), number))
    assert ended == ["in order"]


async def test_a_second_signal_breaks_off_what_still_runs() -> None:
    ended = []

    async def slow(stop: asyncio.Event) -> None:
        await stop.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("broken off")

    await run_until_told([slow], ready=lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert ended == ["broken off"]
