"""Waiting for whichever comes first."""

import asyncio

import pytest

from tresen.application.first_of import first_of


async def test_the_first_one_ends_it_and_the_others_have_ended_then() -> None:
    ended = []

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    ready = asyncio.Event()
    ready.set()
    await first_of(for_ever(), ready.wait())
    assert ended == ["cancelled"]


async def test_what_the_first_one_raises_is_raised() -> None:
    async def broken() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await first_of(broken(), asyncio.Event().wait())


async def test_whoever_is_cancelled_leaves_nothing_behind() -> None:
    ended = asyncio.Event()

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.ensure_future(first_of(for_ever()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
