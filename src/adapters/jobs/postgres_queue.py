"""The queue of all tenants in PostgreSQL, as workers see it: pgqueuer's.

Leases are pgqueuer's heartbeats, by the database's clock, which all processes share.
"""

import json
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from pgqueuer.models import Job as Held
from pgqueuer.queries import EntrypointExecutionParameter
from pgqueuer.types import QueueEntrypoint, QueueManagerId

from ...application.ports.jobs import JobQueue, QueueFigure
from ...domain.jobs.job import Job
from ...domain.jobs.outcome import Outcome
from ...domain.shared.errors import AlreadyExists
from ...domain.shared.ids import JobId
from ..persistence.postgres import PostgresDatabase
from . import postgres_lanes as lanes
from . import postgres_rows as rows
from .postgres_booking import book, bury
from .postgres_names import LAST_ERROR
from .postgres_news import News
from .postgres_sql import BY_INDEX, FIGURES, IN_TURN, MINE, RENEW, TAKE_BACK
from .postgres_store import Session, queries
from .postgres_trim import Trimming

_LEASE_S, _POLL_S = 60.0, 0.5
# Any number will do, as long as every version of Tresen takes the same.
_TURNS = 1_953_653_108
_LOST = "the process that ran it was lost"

_log = logging.getLogger(__name__)


class PgqueuerJobQueue(JobQueue):
    """pgqueuer's table and channel in one database."""

    def __init__(self, database: PostgresDatabase, *, lease_s: float = _LEASE_S) -> None:
        self.lease_s = lease_s
        self._database = database
        self._news = News(database)
        self._trimming = Trimming()

    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        """By priority, then in the order in which they were enqueued. Claims of limited kinds take turns."""
        wanted = {
            QueueEntrypoint(kind): EntrypointExecutionParameter(limit or 0)
            for kind, limit in limits.items()
            if limit is None or limit > 0
        }
        if not wanted or count < 1:
            return []
        await self._news.listen()
        self._news.forget()
        try:
            claimed = await self._claim(wanted, worker, count)
        except AlreadyExists:  # a worker of pgqueuer's own, which waits for no turn, took a place of a limited kind
            return []
        jobs = [(held, _job(held)) for held in claimed]
        await self._bury([held for held, job in jobs if job is None])
        return [job for _, job in jobs if job is not None]

    async def settle(self, outcomes: Sequence[Outcome], *, worker: UUID) -> None:
        """In a handful of statements, however many they are."""
        if not outcomes:
            return
        touched = lanes.lanes_of(outcome.job for outcome in outcomes)
        async with self._session() as session:
            await session.execute(BY_INDEX)
            await lanes.lock(session, touched)
            mine = await self._ids(session, MINE, (o.job.id for o in outcomes), worker)
            heard = [outcome for outcome in outcomes if outcome.job.id in mine]
            await book(session, heard, now=self._database.clock.now())
            await lanes.move_up(session, touched)
        await self._trimming.after(len(heard), self._session)

    async def renew(self, jobs: Collection[JobId], *, worker: UUID) -> Collection[JobId]:
        """In one statement."""
        if not jobs:
            return []
        async with self._session() as session:
            return await self._ids(session, RENEW, jobs, worker)

    async def wait(self, seconds: float) -> None:
        """Until pgqueuer's channel tells of jobs; for what becomes due, a look every half second."""
        await self._news.listen()
        await self._news.wait(min(seconds, _POLL_S))

    async def figures(self) -> Sequence[QueueFigure]:
        """By reading the whole queue."""
        async with self._session() as session:
            found = await session.fetch(FIGURES)
        return [
            QueueFigure(
                kind=row["kind"],
                state=rows.STATES[row["status"]].value,
                count=row["count"],
                oldest_due_at=row["due"],
            )
            for row in found
        ]

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        """A transaction, committed when nothing fails."""
        async with self._database.writing() as transaction:
            yield Session(await transaction.driver(), self._database.name)
            await transaction.commit()

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.lease_s)

    async def _claim(
        self, wanted: dict[QueueEntrypoint, EntrypointExecutionParameter], worker: UUID, count: int
    ) -> Sequence[Held]:
        async with self._session() as session:
            await session.execute(BY_INDEX)
            if any(parameter.concurrency_limit for parameter in wanted.values()):
                await session.execute(IN_TURN, _TURNS)
            await session.execute(TAKE_BACK, self._lease, json.dumps({LAST_ERROR: _LOST}))
            return await queries(session).dequeue(count, wanted, QueueManagerId(worker), None, self._lease)

    async def _bury(self, unreadable: Sequence[Held]) -> None:
        """Dead, so that nobody claims them again, and their lanes go on."""
        if not unreadable:
            return
        touched = lanes.lanes_among(held.headers or {} for held in unreadable)
        async with self._session() as session:
            await session.execute(BY_INDEX)
            await lanes.lock(session, touched)
            await bury(session, [held.id for held in unreadable], now=self._database.clock.now())
            await lanes.move_up(session, touched)

    async def _ids(self, session: Session, statement: str, jobs: Iterable[JobId], worker: UUID) -> set[JobId]:
        numbers = [number for job in jobs if (number := rows.number_of(job)) is not None]
        found = await session.fetch(statement, numbers, worker)
        return {JobId(str(row["id"])) for row in found}


def _job(held: Held) -> Job | None:
    try:
        return rows.job(
            held.id,
            held.entrypoint,
            status=held.status,
            priority=held.priority,
            attempts=held.attempts,
            payload=held.payload,
            headers=held.headers or {},
        )
    except Exception:  # noqa: BLE001 - whatever is wrong with it, other jobs are not to wait for it
        _log.exception("job %s cannot be read: it is dead", held.id)
        return None
