"""Processes that are killed while webhooks come in and are processed: ``python -m tests.integration.webhooks.mortal``.

Arguments: the first seed and how many. Each seed is a run: a process is killed (SIGKILL) at a step that the seed names,
or at any moment; another one goes on and may be killed too; a last one finishes. One JSON line tells of each run. The
steps are the calls of the ports, wrapped from outside: nothing in the product knows of it.

Processes are forked from this one, which has everything loaded and runs no loop itself.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial, wraps
from inspect import iscoroutinefunction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import attrs
from tests.post import Post, Store, accounts_of, build_post, over, post_over

from tresen.adapters.memory.clock import NOON, FixedClock
from tresen.adapters.memory.webhooks import Told
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.database import open_database
from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.adapters.system import UuidSource
from tresen.application.ports.jobs import JobQueue
from tresen.application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from tresen.domain.shared.ids import TenantId

BOX = AesGcmSecretBox(new_key())
HOUR = timedelta(hours=1)
# What a provider sends: ids, subjects, and what the fact is called. One comes twice, one is told in two ways.
SENT = (
    ("d1", Told(subject="1", key="fact-1")),
    ("d2", Told(subject="2", key="fact-2")),
    ("d1", Told(subject="1", key="fact-1")),
    ("d3", Told(subject="1", key="fact-1", values={"again": "yes"})),
    ("d4", Told(subject="4", number=1, key="fact-4")),
    ("d5", Told(subject="5", needs="1", key="fact-5")),
)
SUBJECTS = {id_: told.subject for id_, told in SENT}


@attrs.define
class Reaper:
    """Kills this process at the step with that number (from 1), and says which one it was."""

    at: int | None
    says: int
    steps: int = 0

    def step(self, name: str) -> None:
        """One more."""
        self.steps += 1
        if self.steps == self.at:
            os.write(self.says, json.dumps({"killed_at": name}).encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """Passes everything on; before and after each asynchronous call there is a step."""

    def __init__(self, target: object, reaper: Reaper, name: str, parts: frozenset[str] = frozenset()) -> None:
        self._target, self._reaper, self._name, self._parts = target, reaper, name, parts

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._target, attribute)
        if attribute in self._parts:
            return Mortal(value, self._reaper, attribute)
        return self._watched(value, f"{self._name}.{attribute}") if iscoroutinefunction(value) else value

    def _watched(self, call: Callable[..., Awaitable[object]], name: str) -> Callable[..., Awaitable[object]]:
        @wraps(call)
        async def watched(*arguments: Any, **named: Any) -> object:
            self._reaper.step(f"before {name}")
            result = await call(*arguments, **named)
            self._reaper.step(f"after {name}")
            return result

        return watched


@attrs.frozen
class MortalUnits(UnitsOfWork):
    """Units of work with steps."""

    _units: UnitsOfWork
    _reaper: Reaper

    @asynccontextmanager
    async def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AsyncIterator[UnitOfWork]:
        parts = frozenset({"deliveries", "jobs", "marks", "inboxes", "accounts"})
        async with self._units.open(tenant_id, read_only=read_only) as uow:
            yield cast(UnitOfWork, Mortal(uow, self._reaper, "uow", parts))
        self._reaper.step("after leaving the unit of work")


def mortal(store: Store, reaper: Reaper) -> Store:
    """The store with steps."""
    queue = cast(JobQueue, Mortal(store.queue, reaper, "queue"))
    return attrs.evolve(store, units=MortalUnits(store.units, reaper), queue=queue)


@asynccontextmanager
async def opened(file: Path, hour: int) -> AsyncIterator[Store]:
    """The store, at that hour after noon: what the dead had leased is free again."""
    database = open_database(f"sqlite:///{file}", clock=FixedClock(NOON + hour * HOUR), ids=UuidSource())
    try:
        yield over(database)
    finally:
        await database.close()


async def build(file: Path, says: int) -> None:
    """A new file with two tenants."""
    database = open_database(f"sqlite:///{file}", clock=FixedClock(), ids=UuidSource())
    try:
        await schema.upgrade(database)
        await build_post(over(database), box=BOX)
    finally:
        await database.close()
    os.write(says, b"{}\n")


async def live(file: Path, says: int, *, hour: int, at: int | None, sent: Sequence[tuple[str, Told]]) -> None:
    """Take in what is sent, in twos and threes, and work in between, until it is over or this process is."""
    reaper = Reaper(at, says)
    async with opened(file, hour) as store:
        post = post_over(mortal(store, reaper), BOX, await accounts_of(store))
        await post.work(at_once=2)
        for start in range(0, len(sent), 3):
            await asyncio.gather(*(deliver(post, says, reaper, id_, told) for id_, told in sent[start : start + 3]))
            await post.work(at_once=2)
        os.write(says, json.dumps({"steps": reaper.steps}).encode() + b"\n")


async def deliver(post: Post, says: int, reaper: Reaper, id_: str, told: Told) -> None:
    """What was answered is written down at once: that is the moment from which the provider relies on us."""
    await post.bring(told, id_=id_)
    reaper.step("before the answer")
    os.write(says, json.dumps({"answered": id_}).encode() + b"\n")
    reaper.step("after the answer")


async def finish(file: Path, says: int) -> None:
    """Nobody dies any more: sweep and work until nothing is left, then tell what took effect."""
    clock = FixedClock(NOON + 100 * HOUR)
    database = open_database(f"sqlite:///{file}", clock=clock, ids=UuidSource())
    try:
        store = over(database)
        post = post_over(store, BOX, await accounts_of(store))
        for _ in range(12):
            await post.sweep()
            await post.work()
            clock.advance(HOUR)
        waiting = await post.store.inboxes.waiting(before=clock.now(), limit=10)
        effects = Counter(event.subject_id for event in await post.effects())
        os.write(says, json.dumps({"effects": effects, "waiting": len(waiting)}).encode() + b"\n")
    finally:
        await database.close()


def forked(work: Callable[[int], Awaitable[None]], *, kill_after_s: float | None = None) -> list[dict[str, Any]]:
    """What a process of its own said until it ended or was killed."""
    says, hears = os.pipe()[::-1]
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(hears)
            asyncio.run(cast(Any, work(says)))
            code = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(code)
    os.close(says)
    if kill_after_s is not None:
        time.sleep(kill_after_s)  # at any moment, also inside of SQLite
        os.kill(child, signal.SIGKILL)
    with os.fdopen(hears) as lines:
        said = [json.loads(line) for line in lines]
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit(f"a process failed: {said}")
    return said


@attrs.frozen
class Course:
    """A clean run's length."""

    steps: int
    seconds: float


def run(seed: int, template: Path, folder: Path, course: Course) -> dict[str, object]:
    """One run: who was killed where, what was answered, what took effect how often."""
    dice = random.Random(seed)  # noqa: S311 - for tests
    file = folder / f"{seed}.db"
    shutil.copy(template, file)
    said = []
    to_send = list(SENT)
    # First every step in turn; then any two, or any moment.
    if seed < course.steps:
        said += forked(partial(live, file, hour=1, at=seed + 1, sent=to_send))
    elif dice.random() < 0.5:
        said += forked(partial(live, file, hour=1, at=dice.randint(1, course.steps), sent=to_send))
    else:
        live_on = partial(live, file, hour=1, at=None, sent=to_send)
        said += forked(live_on, kill_after_s=dice.uniform(0, course.seconds))
    retried = dice.random() < 0.7
    if retried:
        answered = {line["answered"] for line in said if "answered" in line}
        to_send = [one for one in SENT if one[0] not in answered]
        at = dice.randint(1, course.steps) if seed >= course.steps else None
        said += forked(partial(live, file, hour=10, at=at, sent=to_send))
    said += forked(partial(finish, file))
    file.unlink()
    return {
        "seed": seed,
        "killed_at": [line["killed_at"] for line in said if "killed_at" in line],
        "answered": sorted({line["answered"] for line in said if "answered" in line}),
        "effects": said[-1]["effects"],
        "waiting": said[-1]["waiting"],
    }


def main(first: int, count: int) -> None:
    """The command."""
    # What a killed process has written is with the system: a disk would change nothing but the time this takes.
    memory = Path("/dev/shm")  # noqa: S108 - the folder inside it is ours alone
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        template = folder / "template.db"
        forked(partial(build, template))
        shutil.copy(template, folder / "clean.db")
        started = time.perf_counter()
        clean = forked(partial(live, folder / "clean.db", hour=1, at=None, sent=SENT))
        course = Course(steps=int(clean[-1]["steps"]), seconds=time.perf_counter() - started)
        sys.stdout.write(json.dumps({"steps": course.steps}) + "\n")
        for seed in range(first, first + count):
            sys.stdout.write(json.dumps(run(seed, template, folder, course)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
