"""Processes that are killed in the middle of a two-way sync: ``python -m tests.integration.sync.mortal``.

Arguments: where the databases are (``sqlite``, or a PostgreSQL server's address), and scenes with how many kills, such
as ``whole:20``. For each a process syncs and is killed (SIGKILL) at a step; another one completes it, which is killed,
too, of some; the last goes on until it finds nothing to do. One JSON line tells of each.

See ``reaping`` for what a step is. All processes are forked from this one, which has everything loaded: also the
provider, anew for each case.
"""

import asyncio
import json
import os
import random
import re
import shutil
import signal
import socket
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from uuid import UUID

import attrs
from tests.integration.webhooks.mortal import forked

from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.domain.shared.errors import IllegalTransition, RuleViolation
from tresen.domain.shared.ids import PlanId
from tresen.domain.sync.run import Run, RunState

from .databases import Databases, databases
from .gym import Gym, opened
from .reaping import Reaper, mortal
from .two_sides import WRITTEN, Adjust, at_hour, edit_here, edit_there, emulated, load, outcome, prepare, shown

COURSES = ("leads", "members")
# One in so many of the processes that complete it is killed, too.
TWICE = 4
# What a step leaves that a process does not take with it; what matters most of that.
LASTING = re.compile(r"committing|create|update")
VITAL = re.compile(r"after .*(batch|apply_plan|sync_arrived|confirm_push|create|update)")
# So many passes may be needed after the kill, the one that finds nothing to do among them.
MOST = 3
# When an account was last brought in step is told anew by each run.
TOLD_ANEW = {"sync_state"}


class Provider:
    """The gym's provider in a process of its own, with the data that it has here."""

    def __init__(self, emulator: WodifyEmulator, port: int) -> None:
        hears, self._asks = os.pipe()
        self._hears, says = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._asks)
            try:
                asyncio.run(_serve(emulator, port, hears, says))
            finally:
                os._exit(0)
        os.close(hears)
        os.close(says)
        self._said = os.fdopen(self._hears)
        self.url = json.loads(self._said.readline())

    def tell(self) -> dict[str, Any]:
        """The rows that it has."""
        return self._told(b"r")

    def calls(self) -> dict[str, int]:
        """What it was asked for, how often."""
        return self._told(b"c")

    def _told(self, what: bytes) -> dict[str, Any]:
        os.write(self._asks, what)
        return cast(dict[str, Any], json.loads(self._said.readline()))

    def close(self) -> None:
        """End it."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._asks)
        self._said.close()


async def _serve(emulator: WodifyEmulator, port: int, hears: int, says: int) -> None:
    """Until nobody is left who could ask."""
    asked: asyncio.Queue[bytes] = asyncio.Queue()
    async with emulator.serving(port) as url:
        os.write(says, json.dumps(url).encode() + b"\n")
        asyncio.get_running_loop().add_reader(hears, lambda: asked.put_nowait(os.read(hears, 1)))
        while what := await asked.get():
            with os.fdopen(os.dup(says), "w") as out:
                out.write(json.dumps(shown(emulator) if what == b"r" else emulator.calls) + "\n")


@attrs.frozen(kw_only=True)
class Scene:
    """``hour``: when the killed run takes place. ``loaded``: whether the gym was synced and edited before.
    ``planned``: whether plans are kept that it applies.
    """

    hour: int
    loaded: bool = True
    planned: bool = False


SCENES: Mapping[str, Scene] = {
    "whole": Scene(hour=30),
    "feed": Scene(hour=6),
    "first": Scene(hour=6, loaded=False),
    "plan": Scene(hour=30, planned=True),
}


@attrs.frozen
class House:
    """Where a case lives."""

    folder: Path
    url: str
    provider: Provider
    edited: bool

    def open(self, hour: int, adjust: Adjust | None = None) -> AbstractAsyncContextManager[Gym]:
        """The gym at that hour."""
        return opened(self.folder, self.url, self.provider.url, adjust=adjust or at_hour(hour))


async def build(house: House, *, scene: Scene, says: int) -> None:
    """A gym as the scene begins; where it was loaded, as the provider was before it was edited."""
    if scene.loaded:
        await load(house.folder, house.url, house.provider.url)
        await edit_here(house.folder, house.url, house.provider.url)
    else:
        async with house.open(0) as gym:
            await prepare(gym)


async def plan(house: House, *, scene: Scene, says: int) -> None:
    """Keep the plans that are to be applied."""
    async with house.open(scene.hour - 1) as gym:
        for course in COURSES:
            run = await gym.use_cases.sync.plan(gym.tenant.id, gym.account.id, course)
            os.write(says, json.dumps({"plan": str(run.plan_id)}).encode() + b"\n")


async def live(house: House, *, plans: Sequence[str], says: int, hour: int, at: str | None) -> None:
    """Sync until it is over, or this process is."""
    reaper = Reaper(says)
    async with house.open(hour, mortal(hour, reaper)) as gym:
        reaper.arm(at)
        for each in plans:
            await applied(gym, each)
        if not plans:
            await synced(gym)
        os.write(says, json.dumps({"steps": reaper.steps}).encode() + b"\n")


async def finish(house: House, *, plans: Sequence[str], says: int, hour: int) -> None:
    """Nobody dies any more: complete it, and go on until a run writes nothing; what it comes to."""
    async with house.open(hour) as gym:
        left = {run.id for run in await runs(gym) if run.state is RunState.RUNNING}
        ends = [await applied(gym, each) for each in plans]
        looks, states = [await look(house, gym)], list[str]()
        # What was made there is brought in step by the run after it.
        while len(states) < len(COURSES) * MOST and (len(looks) == 1 or looks[-1] != looks[-2]):
            states += [run.state.value for run in await synced(gym)]
            looks.append(await look(house, gym))
        booked = {run.id: run.state.value for run in await runs(gym)}
    there = house.provider.tell()
    told = {
        "plans": ends,
        "states": states,
        "rests": looks[-1] == looks[-2],
        "left": [booked[each] for each in left],
        "running": list(booked.values()).count("running"),
        "calls": looks[-1].writes,
        "outcome": outcome(looks[-1].stored, there),
        "lost": [word for word in WRITTEN if word not in repr((looks[-1].stored, there))] if house.edited else [],
    }
    os.write(says, json.dumps(told).encode() + b"\n")


@attrs.frozen
class Look:
    """What is here, and how often the provider was asked to write something, by call."""

    stored: Mapping[str, Sequence[tuple[object, ...]]]
    writes: Mapping[str, int]


async def look(house: House, gym: Gym) -> Look:
    """As it stands."""
    calls = house.provider.calls()
    return Look(
        {name: kept for name, kept in (await gym.stored()).items() if name not in TOLD_ANEW},
        {call: count for call, count in calls.items() if not call.startswith("GET")},
    )


async def synced(gym: Gym) -> Sequence[Run]:
    """Leads, then members, whatever the hourly limit says."""
    ids = gym.tenant.id, gym.account.id
    desk = gym.use_cases.sync
    return [await alone(partial(course, *ids, force=True)) for course in (desk.leads, desk.members)]


async def applied(gym: Gym, plan_id: str) -> str:
    """How applying it ended."""
    try:
        run = await alone(lambda: gym.use_cases.sync.apply(gym.tenant.id, PlanId(UUID(plan_id))))
    except (RuleViolation, IllegalTransition) as error:
        return error.code
    return run.state.value


async def alone(sync: Callable[[], Awaitable[Run]]) -> Run:
    """A PostgreSQL server may notice a moment late that a process is gone that held the lock."""
    for _ in range(200):
        run = await sync()
        if run.state is not RunState.SKIPPED:
            return run
        await asyncio.sleep(0.02)
    raise AssertionError(run.reason)


async def runs(gym: Gym) -> Sequence[Run]:
    """All of them."""
    return await gym.use_cases.readers.runs(gym.tenant.id, limit=100)


class Stage:
    """A scene, ready to be played again and again."""

    def __init__(self, scene: Scene, folder: Path, where: Databases) -> None:
        self._scene, self._folder, self._databases = scene, folder, where
        self._number = 0
        self._emulator = emulated()
        # The provider is at one address throughout, as it is for whoever is killed; bound here, nobody else takes it.
        self._address = socket.socket()
        self._address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._address.bind(("127.0.0.1", 0))
        self._url = where.empty(folder)
        self._play(self._url, folder, [partial(build, scene=scene)])
        self._plans: list[str] = []
        if scene.loaded:
            edit_there(self._emulator)
        if scene.planned:
            said = self._play(self._url, folder, [partial(plan, scene=scene)])
            self._plans = [line["plan"] for line in said]

    def play(self, *ats: str | None) -> list[dict[str, Any]]:
        """Processes that are killed at these steps, one after the other, then one that completes it."""
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        url = self._databases.copied(self._url, folder)
        hour = self._scene.hour
        acts = [partial(live, plans=self._plans, hour=hour + n, at=at) for n, at in enumerate(ats)]
        try:
            return self._play(url, folder, [*acts, partial(finish, plans=self._plans, hour=hour + len(ats))])
        finally:
            self._databases.remove(url)
            shutil.rmtree(folder)

    def close(self) -> None:
        """Take away what it began with."""
        self._address.close()
        self._databases.remove(self._url)

    def _play(self, url: str, folder: Path, acts: Sequence[Callable[..., Awaitable[None]]]) -> list[dict[str, Any]]:
        provider = Provider(self._emulator, self._address.getsockname()[1])
        house = House(folder, url, provider, edited=self._scene.loaded)
        try:
            return [line for act in acts for line in forked(partial(_act, act, house))]
        finally:
            provider.close()


async def _act(act: Callable[..., Awaitable[None]], house: House, says: int) -> None:
    await act(house, says=says)


def chosen(steps: Sequence[str], count: int, seed: int) -> Sequence[str]:
    """So many of them: one of each kind as long as that suffices, those first that leave something; then any."""
    dice = random.Random(seed)  # noqa: S311 - for tests
    mixed = dice.sample(steps, len(steps))
    kinds = {step.rsplit(" ", 1)[0]: step for step in mixed}
    first = sorted(kinds.values(), key=lambda step: (not VITAL.search(step), not LASTING.search(step)))
    return list(dict.fromkeys((*first, *mixed)))[:count]


def case(stage: Stage, at: str, then: str | None, wanted: Mapping[str, Any]) -> dict[str, object]:
    """One case: what came of it, compared with what comes of an undisturbed pair of runs."""
    *said, end = stage.play(at, then) if then else stage.play(at)
    return {
        "killed_at": [line["killed_at"] for line in said if "killed_at" in line],
        "differs": differences(wanted, end),
        **{name: end[name] for name in ("plans", "states", "left", "running", "rests", "lost")},
    }


def differences(wanted: Mapping[str, Any], end: Mapping[str, Any]) -> list[str]:
    """What came out otherwise."""
    found = []
    for name, facts in wanted["outcome"].items():
        more, less = Counter(end["outcome"][name]), Counter(facts)
        found += [f"{name} should not have {each}" for each in (more - less).elements()]
        found += [f"{name} should have {each}" for each in (less - more).elements()]
    if wanted["calls"] != end["calls"]:
        found.append(f"the provider was asked for {end['calls']}, not {wanted['calls']}")
    return found


def main(where: str, *plays: str) -> None:
    """The command."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder inside it is ours alone
    for seed, (name, count) in enumerate(play.split(":") for play in plays):
        with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
            stage = Stage(SCENES[name], Path(folder), databases(where))
            clean, wanted = stage.play(None)
            assert wanted["rests"], "the undisturbed runs do not come to rest"
            steps = clean["steps"]
            ats = chosen(steps, int(count), seed)
            sys.stdout.write(json.dumps({"scene": name, "steps": len(steps), "calls": wanted["calls"]}) + "\n")
            for number, at in enumerate(ats):
                then = ats[-number] if number % TWICE == 1 else None
                sys.stdout.write(json.dumps(case(stage, at, then, wanted)) + "\n")
                sys.stdout.flush()
            stage.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
