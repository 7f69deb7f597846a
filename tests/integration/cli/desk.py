"""The command line over the fakes: in-process, with streams that a test can read."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

import attrs
from tests.builders import values_of
from tests.world import World

from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.tables import Table
from tresen.application.ports.store import Finding, StoreCare, Upgraded
from tresen.application.sync.runs.sync_account import Progress
from tresen.domain.sync.run import Counts
from tresen.entrypoints.cli.app import run
from tresen.entrypoints.cli.terminal import Terminal
from tresen.entrypoints.runtime import (
    DemoOptions,
    Runtime,
    Screen,
    ServeOptions,
    Simulated,
    SimulateOptions,
    WorkOptions,
)
from tresen.entrypoints.use_cases import UseCases


class Stream(io.StringIO):
    """A text stream that may claim to be a terminal."""

    def __init__(self, text: str = "", *, tty: bool = False) -> None:
        super().__init__(text)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@attrs.define
class Ticks:
    """A clock in seconds that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


NOTHING_FAILED = Simulated(seeds=0, runs=5, calls=70, digest="00", failed=())
UPGRADED = Upgraded(old="0001", new="0002", backup=Path("old.db"))


@attrs.define
class PaperStore(StoreCare):
    """A store whose care is only written down."""

    findings: Sequence[Finding] = (Finding(name="integrity", ok=True, detail="fine"),)
    upgraded: Upgraded = UPGRADED
    targets: list[Path | None] = attrs.field(factory=list)

    async def upgrade(self) -> Upgraded:
        return self.upgraded

    async def backup(self, target: Path | None = None) -> Path:
        self.targets.append(target)
        return target or Path("copy.db")

    async def check(self) -> Sequence[Finding]:
        return self.findings


@attrs.define
class DeskRuntime(Runtime):
    """``world`` None: nothing is set up. ``failure`` is raised when the use cases are opened."""

    world: World | None
    paper: PaperStore = attrs.field(factory=PaperStore)
    failure: BaseException | None = None
    served: list[ServeOptions] = attrs.field(factory=list)
    demos: list[DemoOptions] = attrs.field(factory=list)
    worked: list[WorkOptions] = attrs.field(factory=list)
    simulations: list[SimulateOptions] = attrs.field(factory=list)
    simulated: Simulated = NOTHING_FAILED

    def use_cases(self, *, make: bool = False) -> AbstractAsyncContextManager[UseCases]:
        if self.failure is not None:
            raise self.failure
        assert self.world is not None
        return nullcontext(self.world.use_cases)

    def store(self) -> AbstractAsyncContextManager[StoreCare]:
        return nullcontext(self.paper)

    async def serve(self, options: ServeOptions, *, ready: Callable[[str], None]) -> None:
        self.served.append(options)
        ready(f"http://{options.host}:{options.port}/")

    async def work(self, options: WorkOptions, *, ready: Callable[[], None]) -> int | None:
        self.worked.append(options)
        ready()
        return 3

    async def demo(self, options: DemoOptions, screen: Screen) -> None:
        self.demos.append(options)
        async with screen.progress("demo") as progress:
            progress("member", Counts(created=2))
        screen.say("bye")

    async def simulate(self, options: SimulateOptions, *, progress: Progress) -> Simulated:
        self.simulations.append(options)
        progress("seed", Counts(unchanged=options.seeds))
        return attrs.evolve(self.simulated, seeds=options.seeds)


@attrs.frozen
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


@attrs.define
class Desk:
    """``desk("members", "list")`` runs ``tresen members list``."""

    runtime: DeskRuntime
    ticks: Ticks = attrs.field(factory=Ticks)

    def __call__(
        self,
        *argv: str,
        stdin: str = "",
        tty: bool = False,
        environ: Mapping[str, str] | None = None,
        typed: Sequence[str] = (),
    ) -> Result:
        answers = iter(typed)
        terminal = Terminal(
            out=Stream(tty=tty),
            err=Stream(tty=tty),
            source=Stream(stdin, tty=bool(typed)),
            environ=environ or {},
            monotonic=self.ticks,
            ask_secret=lambda _: next(answers),
        )
        code = run(argv, self.runtime, terminal)
        assert isinstance(terminal.out, Stream)
        assert isinstance(terminal.err, Stream)
        return Result(code, terminal.out.getvalue(), terminal.err.getvalue())

    @property
    def world(self) -> World:
        assert self.runtime.world is not None
        return self.runtime.world


def everything(store: MemoryStore) -> object:
    """All that is stored, to be compared with later."""
    return {
        room.tenant.slug: {
            name: [(key, values_of(row) if attrs.has(type(row)) else row) for key, row in table.items()]
            for name, table in vars(room).items()
            if isinstance(table, Table)
        }
        for room in store.rooms
    }
