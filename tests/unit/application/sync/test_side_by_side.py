"""Accounts are synced side by side: none waits for another, and none is stopped by another."""

import asyncio
import logging

import pytest

from tresen.application.sync.runs.side_by_side import AT_ONCE, side_by_side


async def test_results_come_in_the_order_of_the_items() -> None:
    last_is_through = asyncio.Event()

    async def work(item: int) -> str:
        if item == 2:
            last_is_through.set()
        await asyncio.wait_for(last_is_through.wait(), 5)
        return str(item)

    assert await side_by_side([0, 1, 2], work) == ["0", "1", "2"]


async def test_no_more_than_a_few_are_under_way() -> None:
    under_way, most = 0, 0

    async def work(_: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    await side_by_side(range(3 * AT_ONCE), work)
    assert most == AT_ONCE


async def test_the_others_are_carried_to_their_end_before_an_error_is_raised(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    async def work(item: int) -> None:
        if item in {0, 2}:
            raise LookupError(str(item))
        for _ in range(10):
            await asyncio.sleep(0)
        done.append(item)

    with pytest.raises(LookupError, match="0"):
        await side_by_side([0, 1, 2, 3], work)
    assert done == [1, 3]
    (told,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert told.exc_info is not None
    assert str(told.exc_info[1]) == "2"


async def test_whoever_is_told_to_stop_takes_all_along() -> None:
    begun, stopped = asyncio.Barrier(3), list[int]()

    async def work(item: int) -> None:
        try:
            await begun.wait()
            await asyncio.Event().wait()
        finally:
            stopped.append(item)

    task = asyncio.create_task(side_by_side([0, 1], work))
    await asyncio.wait_for(begun.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(stopped) == [0, 1]
