"""The job queue in memory."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import attrs

from ...application.log_context import current
from ...application.ports.jobs import JOB_ORDER, JobQueue, Jobs, QueueFigure
from ...application.search import search_words
from ...domain.jobs.job import Job, JobRequest, JobState
from ...domain.jobs.outcome import Again, Dead, Done, Outcome, Returned
from ...domain.shared.errors import AlreadyExists, IllegalTransition, InvalidValue, NotFound
from ...domain.shared.ids import JobId, TenantId
from ...domain.shared.page import Listing, Page
from .store import HeldJob, MemoryStore, Room
from .tables import Draft

_LOST = "the process that ran it was lost"
_POLL_S = 0.5


class MemoryJobs(Jobs):
    """One tenant's jobs, in a transaction's draft."""

    def __init__(self, tenant_id: TenantId, rows: Draft[JobId, HeldJob], store: MemoryStore) -> None:
        self._tenant_id = tenant_id
        self._rows = rows
        self._store = store

    async def enqueue(self, requests: Sequence[JobRequest]) -> Sequence[JobId | None]:
        """Numbered in the order in which they come."""
        return [self._add(request) for request in requests]

    async def get(self, job_id: JobId) -> Job:
        """As it is."""
        return self._find(job_id).job

    async def page(self, listing: Listing) -> Page[Job]:
        """Sorted anew each time; equals are in the order of enqueueing."""
        field = listing.order_by or JOB_ORDER[0]
        if field not in JOB_ORDER:
            raise InvalidValue(f"this list is ordered by {', '.join(JOB_ORDER)}, not by {field!r}", field="order_by")
        words = search_words(listing.q)
        found = [
            held.job
            for held in sorted(self._rows.all(), key=lambda held: held.number)
            if listing.status in (None, held.job.state.value) and all(word in held.job.kind for word in words)
        ]
        found.sort(key=_key(field), reverse=listing.descending)
        return Page(tuple(found[listing.offset : listing.offset + listing.limit]), len(found))

    async def retry(self, job_id: JobId) -> None:
        """It keeps its number, and with it its place in its lane."""
        held = self._find(job_id)
        if held.job.state is not JobState.DEAD:
            raise IllegalTransition(f"job {job_id} is not dead", job=job_id)
        if self._is_taken(held.job.key):
            raise AlreadyExists(f"another job with the key {held.job.key!r} is queued or running", key=held.job.key)
        queued = attrs.evolve(held.job, state=JobState.QUEUED, run_at=self._store.clock.now(), attempts=0)
        self._rows.put(job_id, attrs.evolve(held, job=queued))

    async def cancel(self, job_id: JobId) -> None:
        """Removed."""
        self._find(job_id)
        self._rows.remove(job_id)

    async def cancel_lanes(self, prefix: str) -> int:
        """A look at each."""
        meant = [
            held.job.id
            for held in self._rows.all()
            if held.job.state is JobState.QUEUED and (held.job.lane or "").startswith(prefix)
        ]
        for job_id in meant:
            self._rows.remove(job_id)
        return len(meant)

    def _add(self, request: JobRequest) -> JobId | None:
        if self._is_taken(request.key):
            return None
        now, number = self._store.clock.now(), next(self._store.job_numbers)
        job = Job(
            id=JobId(str(number)),
            tenant_id=self._tenant_id,
            kind=request.kind,
            payload=dict(request.payload),
            key=request.key,
            lane=request.lane,
            state=JobState.QUEUED,
            run_at=request.run_at or now,
            priority=request.priority,
            correlation_id=request.correlation_id or current().get("correlation_id"),
            created_at=now,
        )
        self._rows.put(job.id, HeldJob(job=job, number=number))
        return job.id

    def _is_taken(self, key: str | None) -> bool:
        if key is None:
            return False
        return any(held.job.state is not JobState.DEAD for held in self._rows.among("key", key))

    def _find(self, job_id: JobId) -> HeldJob:
        held = self._rows.find(job_id)
        if held is None:
            raise NotFound("job", job_id)
        return held


class MemoryJobQueue(JobQueue):
    """The jobs of all rooms; claims and settlements take their turn with units of work."""

    def __init__(self, store: MemoryStore, *, lease_s: float = 60.0) -> None:
        self._store = store
        self.lease_s = lease_s

    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        """Looks at all of them."""
        async with self._store.writing:
            self._store.news.clear()
            now = self._store.clock.now()
            self._take_back(now)
            claimed: list[Job] = []
            for room, held in sorted(self._due(now), key=lambda pair: (-pair[1].job.priority, pair[1].number)):
                if len(claimed) == count:
                    break
                if held.job.kind in limits and self._has_room(held.job.kind, limits[held.job.kind]):
                    claimed.append(self._lease(room, held, worker))
            return claimed

    async def settle(self, outcomes: Sequence[Outcome], *, worker: UUID) -> None:
        """One by one, in one turn."""
        async with self._store.writing:
            for outcome in outcomes:
                room = self._store.room(outcome.job.tenant_id)
                held = room.jobs.find(outcome.job.id)
                if held is not None and held.worker == worker:
                    self._book(room, held, outcome)

    async def renew(self, jobs: Collection[JobId], *, worker: UUID) -> Collection[JobId]:
        """From now on."""
        async with self._store.writing:
            until = self._until()
            mine = [(room, held) for room, held in self._held() if held.worker == worker and held.job.id in jobs]
            for room, held in mine:
                room.jobs.put(held.job.id, attrs.evolve(held, lease_until=until))
            return {held.job.id for _, held in mine}

    async def wait(self, seconds: float) -> None:
        """Until something is committed, or for half a second: as the real ones look then for what others did."""
        told = asyncio.ensure_future(self._store.news.wait())
        passed = asyncio.ensure_future(self._store.clock.sleep(min(seconds, _POLL_S)))
        try:
            await asyncio.wait({told, passed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            passed.cancel()

    async def figures(self) -> Sequence[QueueFigure]:
        """Counted anew each time."""
        now = self._store.clock.now()
        groups: dict[tuple[str, str], list[Job]] = {}
        for _, held in self._held():
            groups.setdefault((held.job.kind, held.job.state.value), []).append(held.job)
        claimable = {(held.job.tenant_id, held.job.id) for _, held in self._due(now)}
        return [
            QueueFigure(
                kind=kind,
                state=state,
                count=len(jobs),
                oldest_due_at=min((job.run_at for job in jobs if (job.tenant_id, job.id) in claimable), default=None),
            )
            for (kind, state), jobs in sorted(groups.items())
        ]

    def _held(self) -> Iterator[tuple[Room, HeldJob]]:
        return ((room, held) for room in self._store.rooms for _, held in list(room.jobs.items()))

    def _until(self) -> datetime:
        return self._store.clock.now() + timedelta(seconds=self.lease_s)

    def _take_back(self, now: datetime) -> None:
        for room, held in self._held():
            if held.lease_until is not None and held.lease_until <= now:
                _release(room, held, attrs.evolve(held.job, attempts=held.job.attempts + 1, last_error=_LOST))

    def _due(self, now: datetime) -> list[tuple[Room, HeldJob]]:
        return [(room, held) for room, held in self._held() if _is_due(held.job, now) and not _is_behind(room, held)]

    def _has_room(self, kind: str, limit: int | None) -> bool:
        return limit is None or limit > sum(
            held.job.kind == kind and held.job.state is JobState.RUNNING for _, held in self._held()
        )

    def _lease(self, room: Room, held: HeldJob, worker: UUID) -> Job:
        job = attrs.evolve(held.job, state=JobState.RUNNING)
        room.jobs.put(job.id, attrs.evolve(held, job=job, worker=worker, lease_until=self._until()))
        return job

    def _book(self, room: Room, held: HeldJob, outcome: Outcome) -> None:
        job, attempts = held.job, held.job.attempts + 1
        match outcome:
            case Done():
                room.jobs.remove(job.id)
            case Again(_, delay_s, error):
                run_at = self._store.clock.now() + timedelta(seconds=delay_s)
                _release(room, held, attrs.evolve(job, attempts=attempts, last_error=error, run_at=run_at))
            case Dead(_, error):
                dead = attrs.evolve(job, attempts=attempts, last_error=error)
                _release(room, held, dead, JobState.DEAD)
            case Returned(_, delay_s):
                run_at = job.run_at if delay_s is None else self._store.clock.now() + timedelta(seconds=delay_s)
                _release(room, held, attrs.evolve(job, run_at=run_at))


def _release(room: Room, held: HeldJob, job: Job, state: JobState = JobState.QUEUED) -> None:
    room.jobs.put(job.id, HeldJob(job=attrs.evolve(job, state=state), number=held.number))


def _is_due(job: Job, now: datetime) -> bool:
    return job.state is JobState.QUEUED and job.run_at <= now


def _is_behind(room: Room, held: HeldJob) -> bool:
    """Whether one of its lane runs, or is before it."""
    if held.job.lane is None:
        return False
    return any(
        other.job.state is JobState.RUNNING or (other.job.state is JobState.QUEUED and other.number < held.number)
        for _, other in room.jobs.among("lane", held.job.lane)
    )


def _key(field: str) -> Callable[[Job], str | int | datetime]:
    def key(job: Job) -> str | int | datetime:
        value: str | int | datetime = getattr(job, field)
        return value

    return key
