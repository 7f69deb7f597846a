"""A database that is started anew forgets who holds which lock: of two runs at once then, one stops."""

import asyncio
from pathlib import Path

import asyncpg

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.domain.sync.run import RunState

from .gym import emulator, opened

_HOLDERS = """
SELECT pid FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def end_sessions_with_locks(postgres_url: str) -> int:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        holders = await connection.fetch(_HOLDERS)
        for row in holders:
            await connection.execute("SELECT pg_terminate_backend($1, 10000)", row["pid"])
        return len(holders)
    finally:
        await connection.close()


async def test_the_run_that_lost_its_lock_stops_once_another_begins(tmp_path: Path, postgres_url: str) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_: float) -> None:
        reached.set()
        await go_on.wait()

    gym_there = emulator(sleep=hold)
    gym_there.faults.replace((FaultRule(kind=Fault.LATENCY, path="/v1/", every=12, latency_ms=1),))
    async with gym_there.serving() as url, opened(tmp_path, postgres_url, url) as gym:
        first = asyncio.create_task(gym.use_cases.sync.members(gym.tenant.id, gym.account.id, force=True))
        await reached.wait()
        gym_there.faults.replace(())
        assert await end_sessions_with_locks(postgres_url) == 1
        second = await gym.use_cases.sync.members(gym.tenant.id, gym.account.id, force=True)
        go_on.set()
        assert (second.state, (await first).state) == (RunState.COMPLETED, RunState.INTERRUPTED)
        runs = await gym.use_cases.readers.runs(gym.tenant.id, limit=5)
        assert [run.state for run in runs] == [RunState.COMPLETED, RunState.INTERRUPTED]
