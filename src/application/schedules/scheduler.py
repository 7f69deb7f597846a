"""Turns ticks of schedules into jobs: each tick once, however many processes look."""

import asyncio
import logging
from datetime import datetime, timedelta

import attrs

from ...domain.schedules.timing import Every
from ...domain.shared.errors import NotFound, StorageConflict, StorageUnavailable, TresenError
from ..first_of import first_of
from ..log_context import bound
from ..ports.clock import Clock, IdSource
from ..ports.directory import Directory
from ..ports.schedules import Agenda, Due
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .enqueue import enqueue_run
from .install_seeds import InstallSeeds
from .readiness import Readiness
from .seeds import SYNC_LEADS, SYNC_MEMBERS
from .strays import BringBackStrays

_log = logging.getLogger(__name__)

_AT_ONCE = 100
_SIX_HOURS = Every(6 * 3_600)
# What others change shows after this time; also how long a store that fails is left alone.
_LONGEST_S, _AFTER_FAILURE_S = 30.0, 5.0
_STRAYS_EVERY = timedelta(minutes=5)


@attrs.frozen
class Scheduler:
    """Any number may run, in any number of processes: whoever saves a schedule's next tick first enqueues its job, in
    the same transaction; the others find it done."""

    _agenda: Agenda
    _directory: Directory
    _transactions: Transactions
    _readiness: Readiness
    _install_seeds: InstallSeeds
    _clock: Clock
    _ids: IdSource

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set. Errors of the store are logged and waited out."""
        installed, looked_at = False, self._clock.now()
        while not stop.is_set():
            try:
                if not installed:
                    await self.prepare()
                    await self._announce()
                    installed = True
                elif not timedelta() <= self._clock.now() - looked_at < _STRAYS_EVERY:
                    looked_at = self._clock.now()
                    await self._bring_back_strays()
                await self.tick()
                wait_s = await self._until_next()
            except TresenError as error:
                _log.warning("scheduler waits for the store", extra={"error": error.code, "why": error.message})
                wait_s = _AFTER_FAILURE_S
            await first_of(self._clock.sleep(wait_s), stop.wait())

    async def prepare(self) -> None:
        """Install what tenants do not have yet (W15), and bring back schedules that a wrong clock led astray.

        Raises StorageUnavailable.
        """
        await self._install_seeds.everywhere()
        await self._bring_back_strays()

    async def tick(self) -> int:
        """Ask for the jobs of all schedules that are due; how many. One that fails does not hold up the others.

        Raises StorageUnavailable.
        """
        now, count = self._clock.now(), 0
        seen: set[Due] = set()
        while due := [one for one in await self._agenda.due(now, limit=len(seen) + _AT_ONCE) if one not in seen]:
            seen.update(due)
            for one in due:
                count += await self._guarded(one, now)
        return count

    async def _bring_back_strays(self) -> None:
        await BringBackStrays(self._directory, self._transactions, self._clock)()

    async def _announce(self) -> None:
        """W22, where it is so for anybody."""
        for tenant in await self._directory.tenants():
            if await self._transactions.read(tenant.id, self._syncs_itself):
                _log.info("Automatic sync jobs scheduled (every 6 hours)")
                return

    async def _syncs_itself(self, uow: UnitOfWork) -> bool:
        accounts = await uow.accounts.all()
        return any(
            schedule.kind in {SYNC_MEMBERS, SYNC_LEADS}
            and schedule.timing == _SIX_HOURS
            and schedule.next_at is not None
            and self._readiness.why_not(schedule.kind, accounts) is None
            for schedule in await uow.schedules.all()
        )

    async def _guarded(self, due: Due, now: datetime) -> bool:
        with bound(schedule=str(due.schedule_id), correlation_id=self._ids.new().hex):
            try:
                return await self._transactions.run(
                    due.tenant_id, "tick_schedule", lambda uow: self._tick(uow, due, now)
                )
            except NotFound:
                return False  # somebody deleted it meanwhile
            except StorageConflict:
                _log.warning("schedule is busy, looking again later")
                return False
            except StorageUnavailable:
                raise
            except TresenError as error:
                _log.exception("schedule could not be run", extra={"tenant": str(due.tenant_id), "error": error.code})
                return False

    async def _tick(self, uow: UnitOfWork, due: Due, now: datetime) -> bool:
        schedule = await uow.schedules.get(due.schedule_id)
        if not schedule.is_due(now):
            return False
        reason = self._readiness.why_not(schedule.kind, await uow.accounts.all())
        schedule.tick(now, skipped=reason is not None)
        await uow.schedules.save(schedule)
        if reason is not None:
            _log.debug("schedule %s skipped: %s", schedule.name, reason)
            return False
        job_id = await enqueue_run(uow, schedule)
        if job_id is None:
            _log.info("schedule %s: the run before is not finished", schedule.name)
        return job_id is not None

    async def _until_next(self) -> float:
        now = self._clock.now()
        following = await self._agenda.next_tick(now)
        if following is None:
            return _LONGEST_S
        return min(_LONGEST_S, (following - now).total_seconds())
