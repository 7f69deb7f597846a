"""The console script ``tresen``. Nothing heavy is imported before a command asks for it."""

import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from ..entrypoints.cli.app import VERBOSE, run
from ..entrypoints.runtime import DemoOptions, Runtime, Screen, ServeOptions, Simulated, SimulateOptions, WorkOptions

if TYPE_CHECKING:
    from ..application.ports.store import StoreCare
    from ..application.sync.runs.sync_account import Progress
    from ..entrypoints.use_cases import UseCases


LEVEL = "TRESEN_LOG_LEVEL"


class InstalledRuntime(Runtime):
    """The installation that the environment describes."""

    def use_cases(self, *, make: bool = False) -> "AbstractAsyncContextManager[UseCases]":
        """Everything, on the configured database."""
        return self._use_cases(make=make)

    def store(self) -> "AbstractAsyncContextManager[StoreCare]":
        """The care of the configured database."""
        return self._store()

    async def serve(self, options: ServeOptions, *, ready: Callable[[str], None]) -> None:
        """API and page, and what goes on beside them."""
        from .installation import from_environment
        from .server import serve

        async with from_environment(usual_level="INFO") as installation:
            await serve(installation, options, ready=ready)

    async def work(self, options: WorkOptions, *, ready: Callable[[], None]) -> int | None:
        """Jobs and schedules."""
        from .installation import from_environment
        from .working import work

        async with from_environment(usual_level="INFO") as installation:
            return await work(installation, options, ready=ready)

    async def demo(self, options: DemoOptions, screen: Screen) -> None:
        """The demo, in its own folder, whatever the environment says."""
        from .demo import demo

        await demo(options, screen)

    async def simulate(self, options: SimulateOptions, *, progress: "Progress") -> Simulated:
        """In a world of its own, whatever the environment says."""
        from .simulation import simulate

        return await simulate(options, progress=progress)

    @asynccontextmanager
    async def _use_cases(self, *, make: bool) -> "AsyncIterator[UseCases]":
        from .installation import from_environment

        async with from_environment() as installation:
            if not make:
                installation.ensure_there()
            yield await installation.ready()

    @asynccontextmanager
    async def _store(self) -> "AsyncIterator[StoreCare]":
        from .installation import from_environment

        async with from_environment() as installation:
            yield installation.store


def main() -> None:
    """Run the command line and leave with its exit code."""
    _open_standard_streams()
    argv, verbose = told(sys.argv[1:], os.environ)
    os.environ.update(verbose)
    if os.environ.get(LEVEL, "").upper() == "DEBUG":
        # Also what goes wrong before the settings are read shall be seen by whoever asks to see everything.
        logging.basicConfig(level=logging.DEBUG)
    sys.exit(run(argv, InstalledRuntime()))


def told(argv: Sequence[str], environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The arguments without ``--verbose``, which goes with every command, and the variable that it stands for.

    Whoever asked to see everything goes on seeing everything; what follows ``--`` is no option.
    """
    end = argv.index("--") if "--" in argv else len(argv)
    left = [word for word in argv[:end] if word != VERBOSE]
    if len(left) == end:
        return list(argv), {}
    level = "DEBUG" if environ.get(LEVEL, "").upper() == "DEBUG" else "INFO"
    return [*left, *argv[end:]], {LEVEL: level}


def _open_standard_streams() -> None:
    """A closed stream would give its number to the next file that is opened, and libraries trip over it."""
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    sys.stdin = sys.stdin or open(0, encoding="utf-8")  # noqa: SIM115 - the process's own, to its end
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115 - as above
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8")  # noqa: SIM115 - as above
