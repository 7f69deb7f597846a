"""What the command line is given by the composition root. Nothing heavy is imported before it is used."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from ..application.ports.store import StoreCare
    from ..application.sync.runs.sync_account import Progress
    from .use_cases import UseCases


@attrs.frozen(kw_only=True)
class ServeOptions:
    """Where to listen. Port 0 takes a free one. ``worker`` False: jobs and schedules are left to other processes."""

    host: str = "127.0.0.1"
    port: int = 8000
    worker: bool = True


@attrs.frozen(kw_only=True)
class WorkOptions:
    """``parallel``: how many jobs may run at a time. ``scheduler`` False: schedules are left to other processes.

    ``once``: end when nothing is due any more. ``metrics_port``: where this process tells its figures; 0: nowhere.
    """

    parallel: int = 20
    scheduler: bool = True
    once: bool = False
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0


@attrs.frozen(kw_only=True)
class DemoOptions:
    """``folder`` None: a temporary one, removed at the end. ``once``: end after the first sync and the webhooks."""

    folder: Path | None = None
    port: int = 0
    once: bool = False


@attrs.frozen(kw_only=True)
class SimulateOptions:
    """``seeds`` many from ``first`` on, or the one of ``script``, a file. ``kinds`` and ``faults``: words, empty for
    all. ``processes``: how many work at a time.
    """

    seeds: int = 1000
    first: int = 0
    script: Path | None = None
    kinds: Sequence[str] = ()
    faults: Sequence[str] = ()
    processes: int = 1


@attrs.frozen(kw_only=True)
class FailedSeed:
    """A seed that breaks a rule: which, how that was seen, and the short script that does it, in words and as JSON."""

    seed: int
    rule: str
    seen: str
    lines: Sequence[str]
    script: Mapping[str, object]


@attrs.frozen(kw_only=True)
class Simulated:
    """``digest`` is of everything that happened in all seeds. Only the first few of ``failed`` were made short."""

    seeds: int
    runs: int
    calls: int
    digest: str
    failed: Sequence[FailedSeed]


class Screen(Protocol):
    """Where a long command tells how it goes."""

    @abstractmethod
    def say(self, line: str) -> None:
        """A line for people."""

    @abstractmethod
    def progress(self, title: str) -> AbstractAsyncContextManager[Progress]:
        """A progress display with rate and remaining time while inside; plain lines where nobody sees a bar."""


class Runtime(Protocol):
    """The installation: settings are read when something is opened."""

    @abstractmethod
    def use_cases(self, *, make: bool = False) -> AbstractAsyncContextManager[UseCases]:
        """Everything, closed afterwards. Only with ``make`` an embedded database that is not there yet is made.

        Raises NotConfigured, StorageUnavailable (schema not current …).
        """

    @abstractmethod
    def store(self) -> AbstractAsyncContextManager[StoreCare]:
        """The store's care, also when its schema is not current."""

    @abstractmethod
    async def serve(self, options: ServeOptions, *, ready: Callable[[str], None]) -> None:
        """Run API and page, and worker and scheduler beside them, until SIGINT or SIGTERM.

        ``ready`` is told the URL once requests are answered. What runs then is finished, or returned to the queue.
        """

    @abstractmethod
    async def work(self, options: WorkOptions, *, ready: Callable[[], None]) -> int | None:
        """Run jobs and schedules without the API until SIGINT or SIGTERM, or all that is due with ``once``.

        How many jobs were run; None when a second signal broke them off. Raises NotConfigured when the metrics' address
        cannot be had.
        """

    @abstractmethod
    async def demo(self, options: DemoOptions, screen: Screen) -> None:
        """The demo: a provider's emulator, a tenant, an admin, a first sync, then API and page."""

    @abstractmethod
    async def simulate(self, options: SimulateOptions, *, progress: Progress) -> Simulated:
        """The sync in a world of its own, from seeds. Raises InvalidValue for words and scripts that nobody knows."""
