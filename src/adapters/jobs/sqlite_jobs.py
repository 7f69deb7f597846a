"""One tenant's jobs in SQLite, inside a unit of work."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, false, func, literal_column, or_, select

from ...application.log_context import current
from ...application.ports.clock import Clock
from ...application.ports.jobs import JOB_ORDER, Jobs
from ...application.search import search_words
from ...domain.jobs.job import Job, JobRequest
from ...domain.shared.errors import IllegalTransition, InvalidValue, NotFound, StorageUnavailable
from ...domain.shared.ids import JobId, TenantId
from ...domain.shared.page import Listing, Page
from ..persistence.connection import Transaction
from ..persistence.mappers.values import to_json
from ..persistence.sqlite_connection import SqliteTransaction
from ..persistence.tables import JOB
from ..persistence.types import to_microseconds
from .sqlite_lanes import is_free, move_up
from .sqlite_rows import BEHIND, DEAD, READY, SELECTED, STATES, WAITING, number_of, shown, tenant_key

T = TypeVar("T")

# Some 3 ms of work.
_PIECE = 200

_ENQUEUE = """
INSERT INTO job (tenant_id, kind, payload, key, lane, state, run_at, priority, attempts, correlation_id, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT DO NOTHING RETURNING number
"""
_FIND = "SELECT state, lane FROM job WHERE tenant_id = ? AND number = ?"
_REVIVE = "UPDATE job SET state = ?, run_at = ?, attempts = 0 WHERE number = ?"
_FORGET = "DELETE FROM job WHERE number = ?"
# A piece at a time. Nothing sorts behind the last character there is.
_FORGET_LANES = f"""
DELETE FROM job WHERE number IN (
    SELECT number FROM job WHERE tenant_id = ? AND lane >= ? AND lane < ? || char(0x10FFFF)
    AND state IN ('{READY}', '{WAITING}', '{BEHIND}') LIMIT {_PIECE}
)
"""  # noqa: S608 - names only

_GET = select(*SELECTED).where(JOB.c.tenant_id == bindparam("tenant_id"), JOB.c.number == bindparam("number"))
_ORDER = {"created_at": JOB.c.created_at, "run_at": JOB.c.run_at, "kind": JOB.c.kind, "priority": JOB.c.priority}
# Written out: with a parameter SQLite does not see that an index of dead ones will do.
_STATES = {
    state.value: or_(*(JOB.c.state == literal_column(f"'{word}'") for word in words)) for state, words in STATES.items()
}


class SqliteJobs(Jobs):
    """The tenant's rows of ``job``. ``tell`` is called when something was committed that a worker may want to see."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, clock: Clock, tell: Callable[[], None]) -> None:
        self._transaction = transaction
        self._tenant_id, self._tenant = tenant_id, tenant_key(tenant_id)
        self._clock = clock
        self._tell = tell

    async def enqueue(self, requests: Sequence[JobRequest]) -> Sequence[JobId | None]:
        """One insert each, which costs some 15 µs; other tasks run in between."""
        now = to_microseconds(self._clock.now())
        made: list[JobId | None] = []
        for start in range(0, len(requests), _PIECE):
            piece = requests[start : start + _PIECE]
            made += await self._work(partial(self._add_all, requests=piece, now=now))
            await asyncio.sleep(0)
        return made

    async def get(self, job_id: JobId) -> Job:
        """By key."""
        rows = await self._transaction.fetch_raw(_GET, {"tenant_id": self._tenant_id, "number": number_of(job_id)})
        if not rows:
            raise NotFound("job", job_id)
        return shown(rows[0])

    async def page(self, listing: Listing) -> Page[Job]:
        """By index when ordered by ``created_at``; equals are in the order of enqueueing."""
        window = self._filtered(select(*SELECTED), listing).order_by(*_ordered(listing))
        count = self._filtered(select(func.count()).select_from(JOB), listing)
        parameters = {"tenant_id": self._tenant_id}
        rows = await self._transaction.fetch_raw(window.limit(listing.limit).offset(listing.offset), parameters)
        ((total,),) = await self._transaction.fetch_raw(count, parameters)
        return Page(tuple(map(shown, rows)), total)

    async def retry(self, job_id: JobId) -> None:
        """It has its old place in its lane: before those that came later, but not beside one that runs."""
        now = to_microseconds(self._clock.now())
        await self._work(lambda driver: self._revive(driver, job_id, now))

    async def cancel(self, job_id: JobId) -> None:
        """Deleted."""
        await self._work(lambda driver: self._forget(driver, job_id))

    async def cancel_lanes(self, prefix: str) -> int:
        """By index of the lanes, which are empty then but for what runs; other tasks run in between."""
        key, count = (self._tenant, prefix, prefix), 0
        while gone := await self._work(lambda driver: driver.execute(_FORGET_LANES, key).rowcount):
            count += gone
            await asyncio.sleep(0)
        return count

    async def _work(self, do: Callable[[sqlite3.Connection], T]) -> T:
        if not isinstance(self._transaction, SqliteTransaction):
            raise StorageUnavailable("this unit of work was opened for reading only")
        self._transaction.after_commit(self._tell)
        return await self._transaction.work(do)

    def _add_all(self, driver: sqlite3.Connection, requests: Sequence[JobRequest], now: int) -> Sequence[JobId | None]:
        return [self._add(driver, request, now) for request in requests]

    def _add(self, driver: sqlite3.Connection, request: JobRequest, now: int) -> JobId | None:
        run_at = now if request.run_at is None else to_microseconds(request.run_at)
        state = READY if run_at <= now else WAITING
        if request.lane is not None and not is_free(driver, self._tenant, request.lane):
            state = BEHIND
        payload = to_json(dict(request.payload))
        correlation_id = request.correlation_id or current().get("correlation_id")
        row = (self._tenant, request.kind, payload, request.key, request.lane, state, run_at, request.priority)
        made = driver.execute(_ENQUEUE, (*row, correlation_id, now)).fetchall()
        return JobId(str(made[0][0])) if made else None

    def _revive(self, driver: sqlite3.Connection, job_id: JobId, now: int) -> None:
        state, lane = self._found(driver, job_id)
        if state != DEAD:
            raise IllegalTransition(f"job {job_id} is not dead", job=job_id)
        driver.execute(_REVIVE, (READY if lane is None else BEHIND, now, number_of(job_id)))
        if lane is not None:
            move_up(driver, self._tenant, lane)

    def _forget(self, driver: sqlite3.Connection, job_id: JobId) -> None:
        _, lane = self._found(driver, job_id)
        driver.execute(_FORGET, (number_of(job_id),))
        if lane is not None:
            move_up(driver, self._tenant, lane)

    def _found(self, driver: sqlite3.Connection, job_id: JobId) -> tuple[str, str | None]:
        row: tuple[str, str | None] | None
        row = driver.execute(_FIND, (self._tenant, number_of(job_id))).fetchone()
        if row is None:
            raise NotFound("job", job_id)
        return row

    def _filtered(self, statement: Select[Any], listing: Listing) -> Select[Any]:
        statement = statement.where(JOB.c.tenant_id == bindparam("tenant_id"))
        if listing.status is not None:
            statement = statement.where(_STATES.get(listing.status, false()))
        for word in search_words(listing.q):
            statement = statement.where(JOB.c.kind.contains(word, autoescape=True))
        return statement


def _ordered(listing: Listing) -> tuple[ColumnElement[object], ...]:
    field = listing.order_by or JOB_ORDER[0]
    if field not in JOB_ORDER:
        raise InvalidValue(f"this list is ordered by {', '.join(JOB_ORDER)}, not by {field!r}", field="order_by")
    key = _ORDER[field]
    return (key.desc() if listing.descending else key, JOB.c.number)
