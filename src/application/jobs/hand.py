"""The jobs that a worker has in hand."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

from ...domain.jobs.job import Job
from ...domain.jobs.outcome import Outcome, Returned
from ...domain.shared.ids import JobId
from .attempt import ProcessEnds

_log = logging.getLogger(__name__)
# Whoever has not let go by then never will, and the process is to end.
_STUBBORN_S = 5.0


class Hand:
    """Jobs that wait for a free place, run (at most ``parallel`` at a time) or have ended and are yet to be booked.

    ``end`` is what a job raised that wants the process to end.
    """

    def __init__(self, run: Callable[[Job], Awaitable[Outcome]], *, parallel: int) -> None:
        self._run = run
        self._parallel = parallel
        self._waiting: deque[Job] = deque()
        self._running: dict[JobId, asyncio.Task[None]] = {}
        self._ended: list[Outcome] = []
        self._stopping: set[asyncio.Task[None]] = set()
        self.changed = asyncio.Event()
        self.end: BaseException | None = None

    def __len__(self) -> int:
        """How many wait or run."""
        return len(self._waiting) + len(self._running)

    @property
    def has_waiting(self) -> bool:
        """Whether some have not been begun."""
        return bool(self._waiting)

    @property
    def ids(self) -> Collection[JobId]:
        """Of those whose lease must last."""
        return {*self._running, *(job.id for job in self._waiting), *(outcome.job.id for outcome in self._ended)}

    def take(self, jobs: Iterable[Job]) -> None:
        """Begin them, or let them wait. One that runs already goes on: its lease had run out, and is ours again."""
        known = {*self._running, *(job.id for job in self._waiting)} if len(self) else ()
        self._waiting.extend(job for job in jobs if job.id not in known)
        self._fill()

    def ended(self) -> Sequence[Outcome]:
        """What is to be booked."""
        self.changed.clear()
        return tuple(self._ended)

    def booked(self, outcomes: Sequence[Outcome]) -> None:
        """The first so many of ``ended`` are."""
        del self._ended[: len(outcomes)]

    def keep_only(self, ids: Collection[JobId]) -> None:
        """Stop and forget all others."""
        self._waiting = deque(job for job in self._waiting if job.id in ids)
        for job_id in [job_id for job_id in self._running if job_id not in ids]:
            task = self._running.pop(job_id)
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)
            task.cancel()
        self._fill()

    def give_back_waiting(self) -> None:
        """What has not been begun is for others."""
        self._ended += map(Returned, self._waiting)
        self._waiting.clear()
        self.changed.set()

    async def give_back_all(self, *, within_s: float = _STUBBORN_S) -> None:
        """Break off everything, and wait until it is. A run that goes on all the same is not waited for: others take
        its job over when its lease has run out."""
        self.give_back_waiting()
        for task in self._running.values():
            task.cancel()
        if running := {*self._running.values(), *self._stopping}:
            _, stubborn = await asyncio.wait(running, timeout=within_s)
            for task in stubborn:
                _log.error("a handler does not let itself be cancelled: %s", task.get_name())

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._parallel:
            job = self._waiting.popleft()
            self._running[job.id] = asyncio.create_task(self._one(job), name=f"{job.kind} {job.id}")

    async def _one(self, job: Job) -> None:
        mine = asyncio.current_task()
        outcome: Outcome | None = None
        try:
            outcome = await self._run(job)
        except ProcessEnds as end:
            outcome, self.end = end.outcome, end.asked
        finally:
            # Not so when it was told to stop because the job is no longer ours.
            if self._running.get(job.id) is mine:
                del self._running[job.id]
                self._ended.append(Returned(job) if outcome is None else outcome)
                self._fill()
            self.changed.set()
