"""One run of a job, and what became of it."""

import asyncio
import logging
import math
from collections.abc import Mapping
from typing import Protocol

import attrs

from ...domain.jobs.job import Job
from ...domain.jobs.outcome import Again, Dead, Done, Outcome, Returned, possible_delay_s
from ...domain.shared.errors import TresenError
from ..log_context import bound
from ..ports.clock import Clock, Dice
from .kinds import Hopeless, JobKind, NotYet

_log = logging.getLogger(__name__)
_ERROR_MAX = 500
_WORDS: Mapping[type, str] = {Done: "done", Again: "again", Dead: "dead", Returned: "put_off"}


class JobObserver(Protocol):
    """Told of every run: for metrics."""

    def __call__(self, kind: str, outcome: str, seconds: float) -> None:
        """``outcome`` is done, again (it failed and is tried once more), dead, put_off (it was not begun, and waits) or
        broken_off (lost, cancelled or returned to the queue)."""


class ProcessEnds(Exception):
    """A handler wants the process to end: ``asked`` is what it raised, ``outcome`` what is to be booked before."""

    def __init__(self, outcome: Outcome, asked: BaseException) -> None:
        super().__init__(str(asked))
        self.outcome, self.asked = outcome, asked


@attrs.frozen
class Attempts:
    """Runs jobs of these kinds, by name."""

    _kinds: Mapping[str, JobKind]
    _clock: Clock
    _dice: Dice
    _observe: JobObserver

    async def run(self, job: Job) -> Outcome:
        """Call the handler. Raises CancelledError when the task is cancelled, ProcessEnds, and nothing else.

        Log lines carry tenant, correlation id (the one with which the job was enqueued), job and kind.
        """
        correlation_id = job.correlation_id or f"job-{job.id}"
        with bound(tenant=str(job.tenant_id), correlation_id=correlation_id, job=job.id, kind=job.kind):
            started, word = self._clock.monotonic(), "broken_off"
            try:
                outcome = await self._outcome(job, self._kinds[job.kind], correlation_id)
                word = _WORDS[type(outcome)]
            except ProcessEnds as end:
                word = _WORDS[type(end.outcome)]
                raise
            else:
                return outcome
            finally:
                seconds = self._clock.monotonic() - started
                self._observe(job.kind, word, seconds)
                _log.debug("job ran: %s", word, extra={"duration_ms": round(seconds * 1000, 3)})

    async def _outcome(self, job: Job, kind: JobKind, correlation_id: str) -> Outcome:
        if job.attempts >= kind.retry.attempts:  # its runs were lost with their processes: perhaps it ends them
            return Dead(job, job.last_error or "given up")
        try:
            await kind.run(job)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            return self._after(job, kind, "the work was cancelled from within")
        except TresenError as error:
            return self._refused(job, kind, error)
        except (SystemExit, KeyboardInterrupt) as asked:
            raise ProcessEnds(self._unexpected(job, kind, asked, correlation_id), asked) from asked
        except BaseException as error:  # noqa: BLE001 - whatever a handler raises, the worker goes on
            return self._unexpected(job, kind, error, correlation_id)
        return Done(job)

    def _unexpected(self, job: Job, kind: JobKind, error: BaseException, correlation_id: str) -> Outcome:
        # What a foreign error says may be anything, a secret too: it stays in the log.
        _log.error("job failed unexpectedly", exc_info=error)
        return self._after(job, kind, f"{type(error).__name__} (see the log: {correlation_id})")

    def _refused(self, job: Job, kind: JobKind, error: TresenError) -> Outcome:
        told = f"{error.code}: {error.message}"[:_ERROR_MAX]
        if isinstance(error, Hopeless):
            return _again_or_dead(job, told, None)
        if isinstance(error, NotYet) and not error.counts:
            return Returned(job, error.delay_s)
        if isinstance(error, NotYet) and abs(error.delay_s) < math.inf:  # else nobody can wait so long
            return _again_or_dead(job, told, error.delay_s if job.attempts + 1 < kind.retry.attempts else None)
        return self._after(job, kind, told, retry_after_s=_retry_after(error))

    def _after(self, job: Job, kind: JobKind, error: str, *, retry_after_s: float | None = None) -> Outcome:
        delay_s = kind.retry.delay_s(job.attempts + 1, jitter=self._dice.roll(), retry_after_s=retry_after_s)
        return _again_or_dead(job, error, delay_s)


def _again_or_dead(job: Job, error: str, delay_s: float | None) -> Outcome:
    attempts = job.attempts + 1
    if delay_s is None:
        dead = Dead(job, error)
        _log.error("job is dead: %s", dead.error, extra={"attempts": attempts})
        return dead
    again = Again(job, delay_s, error)
    _log.warning("job failed: %s", again.error, extra={"attempts": attempts, "delay_s": round(again.delay_s, 3)})
    return again


def _retry_after(error: TresenError) -> float | None:
    seconds = error.details.get("retry_after_s")
    return possible_delay_s(seconds) if isinstance(seconds, int | float) else None


def _is_cancelled() -> bool:
    """Whether somebody else wants this task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
