"""One tenant's jobs in PostgreSQL, in the transaction of a unit of work.

Instants are ours: pgqueuer, whose clock is the database's, is told how long it is until a job is due, and shown is what
was asked for.
"""

from collections.abc import Sequence
from datetime import timedelta
from json import dumps
from typing import TYPE_CHECKING

from ...application.ports.clock import Clock
from ...application.ports.jobs import Jobs
from ...domain.jobs.job import Job, JobRequest, JobState
from ...domain.shared.errors import IllegalTransition, NotFound, StorageUnavailable
from ...domain.shared.ids import JobId, TenantId
from ...domain.shared.page import Listing, Page
from ..persistence.connection import Transaction
from ..persistence.postgres_connection import PostgresTransaction
from . import postgres_listing as listings
from . import postgres_rows as rows
from .postgres_names import PARKED, RUN_AT
from .postgres_sql import AGE, LANES, LOCK_JOB, QUEUED_IN_LANES, REQUEUED

if TYPE_CHECKING:
    from .postgres_store import Session

_NOW = timedelta()


class PgqueuerJobs(Jobs):
    """Rows of pgqueuer's table. pgqueuer is loaded with the first write: it takes a quarter of a second."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, *, clock: Clock, name: str) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id
        self._clock = clock
        self._name = name

    async def enqueue(self, requests: Sequence[JobRequest]) -> Sequence[JobId | None]:
        """In one statement; lanes and instants take three more."""
        if not requests:
            return []
        from . import postgres_lanes as lanes  # noqa: PLC0415 - loads pgqueuer
        from .postgres_store import queries  # noqa: PLC0415

        session, now = await self._session(), self._clock.now()
        touched = {(self._tenant_id, r.lane) for r in requests if r.lane is not None}
        await lanes.lock(session, touched)
        age = await self._age(session) if any(r.run_at for r in requests) else _NOW
        ids = await queries(session).enqueue(
            [r.kind if r.lane is None else PARKED for r in requests],
            [rows.payload(r) for r in requests],
            [r.priority for r in requests],
            [r.run_at - now + age if r.run_at else _NOW for r in requests],
            [rows.dedupe_key(self._tenant_id, r.key) for r in requests],
            [rows.headers(self._tenant_id, r, now=now) for r in requests],
            on_conflict="skip",
        )
        await lanes.move_up(session, touched)
        return [None if number is None else JobId(str(number)) for number in ids]

    async def get(self, job_id: JobId) -> Job:
        """By primary key."""
        number = rows.number_of(job_id)
        found = [] if number is None else await self._transaction.fetch(listings.ONE, self._of_tenant(id=number))
        if not found:
            raise NotFound("job", job_id)
        return listings.shown(found[0])

    async def page(self, listing: Listing) -> Page[Job]:
        """The tenant's, by index."""
        window, every = listings.page(listing), listings.count(listing)
        found = await self._transaction.fetch(window, self._of_tenant())
        ((count,),) = await self._transaction.fetch(every, self._of_tenant())
        return Page(tuple(map(listings.shown, found)), count)

    async def retry(self, job_id: JobId) -> None:
        """It has its old place in its lane: before those that came later, but not beside one that runs."""
        from . import postgres_lanes as lanes  # noqa: PLC0415 - loads pgqueuer
        from .postgres_store import Number, queries  # noqa: PLC0415

        job = await self.get(job_id)
        session, lane = await self._session(), lanes.lanes_of([job])
        await lanes.lock(session, lane)
        if await self._lock(session, job) is not JobState.DEAD:
            raise IllegalTransition(f"job {job_id} is not dead: only dead ones are retried", state=job.state.value)
        now = self._clock.now()
        async with session.savepoint():  # its key may be taken, which is no reason to lose what was written before
            await queries(session).requeue_jobs([Number(_number(job))])
        await session.execute(REQUEUED, _number(job), bool(lane), dumps({RUN_AT: now.isoformat()}))
        for one in lane:
            await lanes.lock_head(session, one)
        await lanes.move_up(session, lane)
        await session.announce(now)

    async def cancel(self, job_id: JobId) -> None:
        """pgqueuer tells its listeners which ones."""
        from . import postgres_lanes as lanes  # noqa: PLC0415 - loads pgqueuer
        from .postgres_store import Number, queries  # noqa: PLC0415

        job = await self.get(job_id)
        session, lane = await self._session(), lanes.lanes_of([job])
        await lanes.lock(session, lane)
        await self._lock(session, job)
        await queries(session).mark_job_as_cancelled([Number(_number(job))])
        await lanes.move_up(session, lane)

    async def cancel_lanes(self, prefix: str) -> int:
        """The lanes are locked first, so that nobody queues a job behind one that goes."""
        from . import postgres_lanes as lanes  # noqa: PLC0415 - loads pgqueuer
        from .postgres_store import Number, queries  # noqa: PLC0415

        session, tenant = await self._session(), str(self._tenant_id)
        meant = [str(row["lane"]) for row in await session.fetch(LANES, tenant, prefix)]
        touched = {(self._tenant_id, lane) for lane in meant}
        await lanes.lock(session, touched)
        ids = [Number(row["id"]) for row in await session.fetch(QUEUED_IN_LANES, tenant, meant)]
        await queries(session).mark_job_as_cancelled(ids)
        await lanes.move_up(session, touched)
        return len(ids)

    async def _session(self) -> "Session":
        from .postgres_store import Session  # noqa: PLC0415 - loads pgqueuer

        if not isinstance(self._transaction, PostgresTransaction):
            raise StorageUnavailable("this unit of work was opened for reading only")
        return Session(await self._transaction.driver(), self._name)

    @staticmethod
    async def _age(session: "Session") -> timedelta:
        (row,) = await session.fetch(AGE)
        age: timedelta = row["age"]
        return age

    async def _lock(self, session: "Session", job: Job) -> JobState:
        """Its state, which stays until the transaction ends. Raises NotFound."""
        found = await session.fetch(LOCK_JOB, _number(job), str(self._tenant_id))
        if not found:
            raise NotFound("job", job.id)
        return rows.STATES[found[0]["status"]]

    def _of_tenant(self, **more: object) -> dict[str, object]:
        return {"tenant_id": str(self._tenant_id), **more}


def _number(job: Job) -> int:
    return int(job.id)
