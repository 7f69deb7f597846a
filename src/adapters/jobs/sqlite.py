"""The job queue in SQLite's file: one claim or settlement is one short transaction."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from ...application.ports.jobs import JobQueue, QueueFigure
from ...domain.jobs.job import Job, JobState
from ...domain.jobs.outcome import Outcome
from ...domain.shared.ids import JobId
from ..persistence.sqlite import SqliteDatabase
from ..persistence.tables import JOB
from ..persistence.types import from_microseconds, to_microseconds
from .sqlite_claim import Claim
from .sqlite_rows import READY, STATE_OF, WAITING, number_of
from .sqlite_settle import settle

LEASE_S = 60.0
# Jobs that other processes enqueue are noticed so much later.
POLL_S = 0.5

_RENEW = "UPDATE job SET lease_until = ? WHERE number = ? AND worker = ? AND state = 'running' RETURNING number"
_FIGURES = select(JOB.c.kind, JOB.c.state, func.count(), func.min(JOB.c.run_at)).group_by(JOB.c.kind, JOB.c.state)


class SqliteJobQueue(JobQueue):
    """The table ``job``. The database's clock says what is due; ``news`` is set when something was committed."""

    def __init__(self, database: SqliteDatabase, news: asyncio.Event, *, lease_s: float = LEASE_S) -> None:
        self._database = database
        self.lease_s = lease_s
        self._news = news

    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        """Looks first, so that workers that find nothing wait for no writer."""
        self._news.clear()
        now = self._database.clock.now()
        claim = Claim(
            limits=limits,
            worker=worker.bytes,
            count=count,
            now=to_microseconds(now),
            lease_until=self._lease_until(),
        )
        async with self._database.reading() as connection:
            if not await connection.work(claim.may_find):
                return []
        async with self._database.writing() as transaction:
            taken = await transaction.work(claim.take)
            await transaction.commit()
        return taken

    async def settle(self, outcomes: Sequence[Outcome], *, worker: UUID) -> None:
        """Statements for many."""
        if not outcomes:
            return
        now = to_microseconds(self._database.clock.now())
        async with self._database.writing() as transaction:
            await transaction.work(lambda driver: settle(driver, outcomes, worker.bytes, now))
            await transaction.commit()

    async def renew(self, jobs: Collection[JobId], *, worker: UUID) -> Collection[JobId]:
        """One update each."""
        until = self._lease_until()
        wanted = [(until, number_of(key), worker.bytes) for key in jobs]
        if not wanted:
            return set()
        async with self._database.writing() as transaction:
            held = await transaction.work(lambda driver: [driver.execute(_RENEW, row).fetchall() for row in wanted])
            await transaction.commit()
        return {JobId(str(number)) for rows in held for (number,) in rows}

    async def wait(self, seconds: float) -> None:
        """Until something is enqueued in this process; for what others do, a look every half second."""
        told = asyncio.ensure_future(self._news.wait())
        passed = asyncio.ensure_future(self._database.clock.sleep(min(seconds, POLL_S)))
        try:
            await asyncio.wait({told, passed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            passed.cancel()

    async def figures(self) -> Sequence[QueueFigure]:
        """Counts all rows, off the loop."""
        async with self._database.reading() as connection:
            rows = await connection.fetch_raw(_FIGURES)
        now = to_microseconds(self._database.clock.now())
        found: dict[tuple[str, JobState], tuple[int, int | None]] = {}
        for kind, word, count, first in rows:
            state = STATE_OF[word]
            before, oldest = found.get((kind, state), (0, None))
            if word in (READY, WAITING) and first <= now:
                oldest = first if oldest is None else min(oldest, first)
            found[kind, state] = before + count, oldest
        return [
            QueueFigure(
                kind=kind,
                state=state.value,
                count=count,
                oldest_due_at=None if oldest is None else from_microseconds(oldest),
            )
            for (kind, state), (count, oldest) in sorted(found.items(), key=lambda item: (item[0][0], item[0][1].value))
        ]

    def _lease_until(self) -> int:
        return to_microseconds(self._database.clock.now() + timedelta(seconds=self.lease_s))
