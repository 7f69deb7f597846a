"""The jobs that a worker has in hand."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from functools import partial

from ...domain.jobs.job import Job
from ...domain.jobs.outcome import Outcome, Returned
from ...domain.shared.ids import JobId
from .attempt import ProcessEnds

_log = logging.getLogger(__name__)
# Whoever has not let go by then never will, and the process is to end.
_STUBBORN_S = 5.0
# Who is put off for no longer comes back soon.
_SOON_S = 5.0


class Hand:
    """Jobs that wait for a free place, run (at most ``parallel`` at a time) or have ended and are yet to be booked.

    ``end`` is what a job raised that wants the process to end.
    """

    def __init__(self, run: Callable[[Job], Awaitable[Outcome]], *, parallel: int) -> None:
        self._run = run
        self._parallel = parallel
        self._waiting: deque[Job] = deque()
        self._running: dict[JobId, asyncio.Task[Outcome]] = {}
        self._ended: list[Outcome] = []
        self._stopping: set[asyncio.Task[Outcome]] = set()
        self.changed = asyncio.Event()
        self.end: BaseException | None = None
        self._soon_s = 0.0

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
        put_off = (outcome.delay_s or 0.0 for outcome in outcomes if isinstance(outcome, Returned))
        self._soon_s = max((delay_s for delay_s in put_off if delay_s <= _SOON_S), default=self._soon_s)
        del self._ended[: len(outcomes)]

    def soon_s(self) -> float:
        """In how many seconds those that were put off for a moment are due, 0: there are none. Asked once."""
        soon_s, self._soon_s = self._soon_s, 0.0
        return soon_s

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
            await asyncio.sleep(0)  # tasks that were done already have yet to tell

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._parallel:
            job = self._waiting.popleft()
            task = asyncio.create_task(self._one(job), name=f"{job.kind} {job.id}")
            self._running[job.id] = task
            # Not within the task: one that is cancelled before it has begun never comes to it.
            task.add_done_callback(partial(self._over, job))

    async def _one(self, job: Job) -> Outcome:
        return await self._run(job)

    def _over(self, job: Job, task: asyncio.Task[Outcome]) -> None:
        outcome = self._outcome(job, task)
        # Not so when it was told to stop because the job is no longer ours.
        if self._running.get(job.id) is task:
            del self._running[job.id]
            if outcome is not None:
                self._ended.append(outcome)
            self._fill()
        self.changed.set()

    def _outcome(self, job: Job, task: asyncio.Task[Outcome]) -> Outcome | None:
        if task.cancelled():
            return Returned(job)
        match task.exception():
            case None:
                return task.result()
            case ProcessEnds(outcome=outcome, asked=asked):
                self.end = asked
                return outcome
            case error:  # a fault of ours; the job is lost with its lease, which counts
                _log.error("a job's run could not be accounted for", exc_info=error, extra={"job": job.id})
                return None
