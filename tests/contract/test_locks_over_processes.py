"""Run locks are freed when their holder dies, even by ``kill -9`` (ports/locks.py)."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.locks import SqlRunLocks
from tresen.adapters.system import SystemClock, UuidSource
from tresen.application.ports.locks import RunLocks

HOLD = """
import asyncio, sys
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.locks import SqlRunLocks
from tresen.adapters.system import SystemClock, UuidSource

async def main(url):
    database = open_database(url, clock=SystemClock(), ids=UuidSource())
    async with SqlRunLocks(database).hold("sync") as held:
        print(held, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    await database.close()

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tresen.db'}"
    return str(request.getfixturevalue("emptied_postgres_url"))


@pytest.fixture
async def locks(url: str) -> AsyncIterator[RunLocks]:
    database = open_database(url, clock=SystemClock(), ids=UuidSource())
    yield SqlRunLocks(database)
    await database.close()


@contextmanager
def another_process(url: str) -> Iterator["tuple[subprocess.Popen[str], bool]"]:
    """A process that tried to get the lock, and whether it did; it ends when told so by a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip() == "True"
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


async def becomes_free(locks: RunLocks) -> bool:
    """Whether it can be had before long: a server needs a moment to notice that a client is dead."""
    for _ in range(500):
        async with locks.hold("sync") as held:
            if held:
                return True
        await asyncio.sleep(0.02)
    return False


async def test_another_process_does_not_get_what_we_hold(url: str, locks: RunLocks) -> None:
    async with locks.hold("sync") as held:
        assert held
        with another_process(url) as (_, theirs):
            assert not theirs


async def test_we_do_not_get_what_another_process_holds_until_it_lets_go(url: str, locks: RunLocks) -> None:
    with another_process(url) as (process, theirs):
        assert theirs
        async with locks.hold("sync") as held:
            assert not held
        async with locks.hold("another") as held:
            assert held
        process.communicate("let go\n", timeout=60)
        assert process.returncode == 0
        assert await becomes_free(locks)


async def test_what_a_killed_process_held_is_free(url: str, locks: RunLocks) -> None:
    with another_process(url) as (process, theirs):
        assert theirs
        process.kill()
        process.wait()
        assert await becomes_free(locks)
