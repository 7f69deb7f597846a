"""Many seeds, over several processes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import attrs

from .draw import draw
from .simulate import Outcome, simulate
from .words import ALL_FAULTS, COURSE_NAMES

_AT_ONCE = 20


@attrs.frozen(kw_only=True)
class Campaign:
    """Which seeds, and what they may contain."""

    first: int = 0
    count: int = 1000
    courses: tuple[str, ...] = COURSE_NAMES
    faults: frozenset[str] = ALL_FAULTS
    processes: int = 1

    async def outcome(self, seed: int) -> Outcome:
        """Of one seed."""
        return await simulate(draw(seed, courses=self.courses, faults=self.faults))

    async def outcomes(self) -> AsyncIterator[Sequence[Outcome]]:
        """In portions, in any order; those that hold come without their scripts and logs."""
        starts = range(self.first, self.first + self.count, _AT_ONCE)
        portions = [range(start, min(start + _AT_ONCE, self.first + self.count)) for start in starts]
        if self.processes == 1 or len(portions) == 1:
            for portion in portions:
                yield [await self.outcome(seed) for seed in portion]
            return
        with ProcessPoolExecutor(self.processes, get_context("spawn")) as pool:
            loop = asyncio.get_running_loop()
            waiting = [loop.run_in_executor(pool, play_portion, self, portion) for portion in portions]
            try:
                for done in asyncio.as_completed(waiting):
                    yield await done
            finally:
                for each in waiting:
                    each.cancel()


def play_portion(campaign: Campaign, seeds: range) -> Sequence[Outcome]:
    """In a process of its own."""
    quietly()

    async def play() -> Sequence[Outcome]:
        return [slim(await campaign.outcome(seed)) for seed in seeds]

    return asyncio.run(play())


def quietly() -> None:
    """What the sync logs of its failures is wanted here, and tells nothing."""
    logging.getLogger("tresen.application").setLevel(logging.CRITICAL)


def slim(outcome: Outcome) -> Outcome:
    """Without what nobody will ask for."""
    return outcome if outcome.broken else attrs.evolve(outcome, log=())
