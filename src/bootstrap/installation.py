"""An installation: settings, container, and an orderly end."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import attrs

from ..adapters.persistence.sqlite import SqliteDatabase
from ..application.jobs.worker import PARALLEL, Worker
from ..application.ports.events import EventLog
from ..application.ports.store import StoreCare
from ..application.transactions import Transactions
from ..domain.shared.errors import NotConfigured
from ..entrypoints.use_cases import UseCases
from .background import Loop
from .container import Container
from .process import tune_garbage_collection
from .settings import Settings, load_settings


@attrs.define
class Installation:
    """One process's share of Tresen. Use ``installed`` or ``from_environment`` to get one."""

    settings: Settings
    _container: Container
    _used: UseCases | None = attrs.field(default=None, init=False)

    @property
    def store(self) -> StoreCare:
        """The care of the database, whatever state its schema is in."""
        return self._container.store()

    @property
    def transactions(self) -> Transactions:
        """For embedders' own use cases."""
        return self._container.transactions()

    @property
    def event_log(self) -> EventLog:
        """What happened, by position."""
        return self._container.event_log()

    def worker(self, parallel: int = PARALLEL) -> Worker:
        """A new one, which may have so many jobs in hand at a time."""
        return self._container.worker(parallel=parallel)

    def loops(self, *, scheduler: bool = True) -> Sequence[Loop]:
        """What else runs until it is told to stop: the sweep of deliveries, and the scheduler."""
        self._container.fanout().check()
        sweep = self._container.sweep_deliveries().loop
        return (sweep, self._container.scheduler().run) if scheduler else (sweep,)

    async def tick(self) -> int:
        """Enqueue the jobs of all schedules that are due; how many."""
        await self._container.scheduler().prepare()
        return await self._container.scheduler().tick()

    async def run_pending(self) -> int:
        """Run every job that is due, here and now, until none is; how many runs there were. For embedders and tests
        that have no worker.

        Raises StorageConflict, StorageUnavailable.
        """
        return await self.worker().run_pending()

    def ensure_there(self) -> None:
        """Raises NotConfigured where the SQLite file is not there: in a wrong folder there is nothing to find, and
        nothing to be left behind.
        """
        database = self._container.database()
        if isinstance(database, SqliteDatabase) and not database.is_private and not database.path.exists():
            path = database.path
            place, variable = (path, "DATABASE_URL") if self.settings.database_url else (path.parent, "DATA_DIR")
            raise NotConfigured(
                f"there is no database at {place} (TRESEN_{variable}); tresen tenant create SLUG NAME or tresen serve "
                "makes one there, make demo one of its own to try things out"
            )

    async def ready(self) -> UseCases:
        """The use cases. Raises StorageUnavailable when the database cannot be used or its schema is not current.

        A SQLite file that is not there yet is made: nothing can be lost by it.
        """
        database = self._container.database()
        if isinstance(database, SqliteDatabase) and not database.path.exists():
            await self.store.upgrade()
        use_cases = self._container.use_cases()
        await use_cases.directory.ping()
        self._used = use_cases
        return use_cases

    async def finish(self) -> None:
        """Wait for what goes on behind answers that were given: before the database is closed."""
        if self._used is not None:
            await self._used.answer_inbound_call.finish()


def _as_it_is(_: Container) -> None:
    """Nothing is replaced."""


@asynccontextmanager
async def installed(
    settings: Settings, *, adjust: Callable[[Container], object] = _as_it_is
) -> AsyncIterator[Installation]:
    """An installation with these settings while inside.

    ``adjust`` may replace parts before they are built: ``lambda c: c.clock.override(providers.Object(my_clock))``.
    """
    container = Container(settings=settings)
    adjust(container)
    installation = Installation(settings, container)
    try:
        yield installation
    finally:
        try:
            await installation.finish()
        finally:
            await container.database().close()


@asynccontextmanager
async def from_environment(*, usual_level: str = "WARNING") -> AsyncIterator[Installation]:
    """The installation that environment and ``tresen.toml`` describe, with its logging."""
    # The library behind it brings 10 MB of colours, which embedders do not need.
    from .logging import configure_logging  # noqa: PLC0415

    settings = load_settings()
    configure_logging(settings, usual_level=usual_level)
    tune_garbage_collection()
    async with installed(settings) as installation:
        yield installation
