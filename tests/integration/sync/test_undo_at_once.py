"""The same undo, sent several times at once: it is done once, and nobody is told anything else."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.sync.run import Run

from .gym import Gym, opened
from .two_sides import at_hour, emulated


async def undone(gym: Gym, run: Run) -> Sequence[Undone]:
    def undo() -> asyncio.Task[Undone]:
        target = UndoTarget(run_id=run.id)
        return asyncio.create_task(
            gym.use_cases.sync.undo(gym.tenant.id, target, by="Eva", overtaken=True, accept_guard=True)
        )

    return await asyncio.gather(*(undo() for _ in range(4)))


async def test_an_undo_sent_four_times_is_done_once(tmp_path: Path, database_url: str) -> None:
    async with emulated().serving() as url, opened(tmp_path, database_url, url, adjust=at_hour(0)) as gym:
        _, leads = await gym.sync()
        made = leads.counts.created
        run, left = leads, 0
        for wanted in (0, made, 0):
            done = [each.run for each in await undone(gym, run) if each.run is not None]
            left = sum((await gym.counts())["leads"].values())
            assert (len(done), left) == (1, wanted)
            run = done[0]
