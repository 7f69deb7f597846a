"""The worker: claims jobs, runs them beside each other, books how they ended."""

import asyncio
import logging
from collections.abc import Sequence

from ...domain.resilience.retry import RetryPolicy
from ...domain.shared.errors import StorageUnavailable
from ..first_of import first_of
from ..ports.clock import Clock, Dice, IdSource
from ..ports.jobs import JobQueue
from .attempt import Attempts, JobObserver
from .booking import book
from .hand import Hand
from .kinds import JobKind
from .pace import Pace

_log = logging.getLogger(__name__)

PARALLEL = 20
# The queue's own look for what others enqueued comes at least so often.
_TICK_S = 0.5
# By so much the clocks of a store and ours may differ over some seconds.
_INEXACT_S = 0.01
_RENEWALS_A_LEASE = 3
_PATIENCE = RetryPolicy(attempts=2**31, first_s=0.5, longest_s=5.0)


def _unobserved(kind: str, outcome: str, seconds: float) -> None:
    """Nobody listens."""


class Worker:
    """Runs jobs of these kinds, ``parallel`` at a time. The kinds' names differ; other kinds are left to other workers.

    A process may have several workers; each has an id of its own and runs once at a time.
    """

    def __init__(
        self,
        queue: JobQueue,
        kinds: Sequence[JobKind],
        clock: Clock,
        dice: Dice,
        ids: IdSource,
        *,
        parallel: int = PARALLEL,
        observe: JobObserver = _unobserved,
    ) -> None:
        self.id = ids.new()
        self._queue = queue
        self._clock, self._dice = clock, dice
        self._parallel = parallel
        self._limits = {kind.name: kind.concurrency for kind in kinds}
        self._attempts = Attempts({kind.name: kind for kind in kinds}, clock, dice, observe)
        self._renew_every_s = queue.lease_s / _RENEWALS_A_LEASE
        self._renewed_at = clock.monotonic()

    async def run(self, stop: asyncio.Event, *, grace_s: float = 10.0) -> int:
        """Work until told to stop; how many runs there were.

        Then nothing more is claimed, what runs has ``grace_s`` seconds to end, and the rest is returned to the queue.
        A store that cannot be used is waited for. A handler's SystemExit or KeyboardInterrupt is raised at once, but
        not before its run is booked as failed: a job that ends its process is not run for ever.
        """
        hand, pace = self._hand(), Pace(self._parallel)
        began, troubles = 0, 0
        try:
            while hand.end is None and not stop.is_set():
                try:
                    began += await self._turn(hand, pace)
                    await self._pause(hand, stop)
                    troubles = 0
                except StorageUnavailable as error:
                    troubles += 1
                    await self._recover(error, troubles)
            await self._finish(hand, grace_s)
        finally:
            await self._let_go(hand)
        return _unless_ended(began, hand)

    async def run_pending(self) -> int:
        """Run everything that is due, and what becomes due by it, until nothing is; how many runs there were.

        What is put off for no more than 5 seconds is waited for, what is put off for longer is not.
        Raises StorageConflict, StorageUnavailable, and a handler's SystemExit or KeyboardInterrupt as ``run`` does.
        """
        hand, pace = self._hand(), Pace(self._parallel)
        began = 0
        try:
            while hand.end is None:
                began += await self._turn(hand, pace)
                if hand:
                    await first_of(hand.changed.wait(), seconds=self._renew_every_s)
                elif soon_s := hand.soon_s():
                    await self._clock.sleep(soon_s + _INEXACT_S)
                else:
                    break
        finally:
            await self._let_go(hand)
        return _unless_ended(began, hand)

    def _hand(self) -> Hand:
        self._renewed_at = self._clock.monotonic()
        return Hand(self._attempts.run, parallel=self._parallel)

    async def _turn(self, hand: Hand, pace: Pace) -> int:
        """Book what has ended, keep what runs, take what there is room for; how many were taken."""
        await book(self._queue, hand, self.id)
        await self._renew(hand)
        now = self._clock.monotonic()
        if hand.has_waiting and pace.is_slow(now):
            hand.give_back_waiting()
            await book(self._queue, hand, self.id)
        count = pace.room(len(hand), now)
        if count <= 0:
            return 0
        jobs = await self._queue.claim(self._limits, worker=self.id, count=count)
        pace.took(len(jobs), now)
        hand.take(jobs)
        return len(jobs)

    async def _renew(self, hand: Hand) -> None:
        now = self._clock.monotonic()
        if now < self._renewed_at + self._renew_every_s:
            return
        if wanted := hand.ids:
            held = await self._queue.renew(wanted, worker=self.id)
            if lost := [job_id for job_id in wanted if job_id not in held]:
                _log.warning("jobs were cancelled, or lost to other workers", extra={"jobs": lost})
            hand.keep_only(held)
        self._renewed_at = now

    async def _pause(self, hand: Hand, stop: asyncio.Event) -> None:
        """Until a run has ended, something may be there to claim, a lease must be renewed, or it is time to stop."""
        seconds = min(_TICK_S, self._until_renewal(self._clock.monotonic()))
        has_room = len(hand) < self._parallel
        tick = self._queue.wait(seconds) if has_room else self._clock.sleep(seconds)
        await first_of(hand.changed.wait(), stop.wait(), tick)

    def _until_renewal(self, now: float) -> float:
        return max(0.0, self._renewed_at + self._renew_every_s - now)

    async def _finish(self, hand: Hand, grace_s: float) -> None:
        hand.give_back_waiting()
        end = self._clock.monotonic() + grace_s
        while hand and hand.end is None and (left := end - self._clock.monotonic()) > 0:
            try:
                await book(self._queue, hand, self.id)
                await self._renew(hand)
            except StorageUnavailable as error:
                _log.warning("the queue cannot be used: %s", error.message)
            await first_of(hand.changed.wait(), self._clock.sleep(min(_TICK_S, left)))

    async def _let_go(self, hand: Hand) -> None:
        """Nothing is left in hand; what cannot be booked is taken over by others when its lease has run out."""
        await hand.give_back_all()
        try:
            await book(self._queue, hand, self.id)
        except StorageUnavailable as error:
            _log.warning("jobs could not be returned: %s", error.message, extra={"jobs": list(hand.ids)})

    async def _recover(self, error: StorageUnavailable, troubles: int) -> None:
        _log.warning("the queue cannot be used, trying again: %s", error.message, extra={"times": troubles})
        delay_s = _PATIENCE.delay_s(troubles, jitter=self._dice.roll())
        await self._clock.sleep(_PATIENCE.longest_s if delay_s is None else delay_s)


def _unless_ended(began: int, hand: Hand) -> int:
    if hand.end is not None:
        raise hand.end
    return began
