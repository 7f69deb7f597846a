"""Processes that die in the middle of a sync, and processes that want the same sync at once."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.domain.sync.run import RunState

from .gym import emulator, facts, opened, rows

MODULE = "tests.integration.sync.syncing"


async def start(folder: Path, database_url: str, provider_url: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        str(folder),
        database_url,
        provider_url,
        stdout=PIPE,
        cwd=Path(__file__).parents[3],
    )


class Stuck:
    """Holds back the answer to one call for ever, and tells that it does: the caller is surely in the middle."""

    def __init__(self, call: int) -> None:
        self.reached = asyncio.Event()
        self.provider = emulator(sleep=self._hold)
        rule = FaultRule(kind=Fault.LATENCY, path="/v1/", every=call, latency_ms=1)
        self.provider.faults.replace((rule,))

    async def _hold(self, _: float) -> None:
        self.reached.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("calls", [1, 33, 43, 49])
async def test_killed_in_the_middle_the_next_run_completes(
    tmp_path: Path, database_url: str, calls: int, undisturbed: Mapping[str, Sequence[str]]
) -> None:
    stuck = Stuck(calls)
    async with stuck.provider.serving() as url:
        victim = await start(tmp_path, database_url, url)
        await stuck.reached.wait()
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
        stuck.provider.faults.replace(())
        async with opened(tmp_path, database_url, url) as gym:
            run = await gym.use_cases.sync.members(gym.tenant.id, gym.account.id, force=True)
            assert run.state is RunState.COMPLETED
            await gym.use_cases.sync.leads(gym.tenant.id, gym.account.id)
            assert facts(await gym.stored()) == undisturbed
            runs = await gym.use_cases.readers.runs(gym.tenant.id, limit=10)
            assert [r.state for r in runs if r.kind == "members"] == [RunState.COMPLETED, RunState.INTERRUPTED]


async def test_of_two_processes_one_runs_and_the_other_says_so(tmp_path: Path, database_url: str) -> None:
    stuck = Stuck(1)
    async with stuck.provider.serving() as url:
        first = await start(tmp_path, database_url, url)
        await stuck.reached.wait()
        async with opened(tmp_path, database_url, url) as gym:
            run = await gym.use_cases.sync.members(gym.tenant.id, gym.account.id, force=True)
        assert run.state is RunState.SKIPPED
        assert "another process" in (run.reason or "")
        first.send_signal(signal.SIGKILL)
        await first.wait()


async def test_many_processes_at_once_make_no_duplicates(tmp_path: Path, database_url: str) -> None:
    async with emulator().serving() as url:
        async with opened(tmp_path, database_url, url):
            pass
        processes = [await start(tmp_path, database_url, url) for _ in range(3)]
        said = [(await p.communicate())[0].decode().splitlines()[-1].split("\t") for p in processes]
        states = Counter(state for state, *_ in said)
        assert states["completed"] >= 1, said
        assert set(states) <= {"completed", "skipped"}
    stored = await rows(database_url)
    assert (len(stored["member"]), len(stored["membership"])) == (957, 2018)
    assert len({row[1:4] for row in stored["sync_record"]}) == len(stored["sync_record"])
