"""People make, change, pause, resume and delete schedules."""

from collections.abc import Callable, Mapping

import attrs

from ...domain.schedules.schedule import Schedule
from ...domain.schedules.timing import Timing
from ...domain.shared.errors import InvalidValue, StaleVersion
from ...domain.shared.ids import ScheduleId, TenantId
from ...domain.shared.unset import UNSET, Unset
from ..ports.clock import Clock, IdSource
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .readiness import Readiness
from .shown import ShownSchedule, Shows
from .timings import Timings, TimingText


@attrs.frozen(kw_only=True)
class NewSchedule:
    """``kind`` and ``payload`` are the job's."""

    tenant_id: TenantId
    name: str
    kind: str
    payload: Mapping[str, str] = attrs.field(factory=dict)
    timing: TimingText


@attrs.frozen(kw_only=True)
class ScheduleEdit:
    """What is UNSET stays; of ``timing`` what is None stays (see Timings). ``version``: refuse if it is another."""

    tenant_id: TenantId
    schedule_id: ScheduleId
    name: str | Unset = UNSET
    payload: Mapping[str, str] | Unset = UNSET
    timing: TimingText | Unset = UNSET
    version: int | None = None


@attrs.frozen
class CreateSchedule:
    """Raises InvalidValue (also for a kind that this installation cannot do), AlreadyExists (the name is taken)."""

    _transactions: Transactions
    _timings: Timings
    _readiness: Readiness
    _shows: Shows
    _clock: Clock
    _ids: IdSource

    async def __call__(self, new: NewSchedule) -> ShownSchedule:
        """Its first tick is counted from now."""
        kind = new.kind.strip()
        self._readiness.ensure_known(kind)
        timing, now = self._timings.read(new.timing), self._clock.now()
        key = ScheduleId(self._ids.new())

        async def add(uow: UnitOfWork) -> ShownSchedule:
            schedule = Schedule(
                id=key,
                tenant_id=new.tenant_id,
                name=new.name.strip(),
                kind=kind,
                payload=new.payload,
                timing=timing,
                next_at=timing.next_after(now, last=now),
                created_at=now,
            )
            await uow.schedules.add(schedule)
            return await self._shows(uow, schedule)

        return await self._transactions.run(new.tenant_id, "create_schedule", add)


@attrs.frozen
class EditSchedule:
    """Raises NotFound, InvalidValue (nothing set, bad timing), AlreadyExists (name), StaleVersion."""

    _transactions: Transactions
    _timings: Timings
    _shows: Shows
    _clock: Clock

    async def __call__(self, edit: ScheduleEdit) -> ShownSchedule:
        """Change what is set."""
        if all(isinstance(value, Unset) for value in (edit.name, edit.payload, edit.timing)):
            raise InvalidValue("nothing to change: set at least one of name, payload, every_s, cron and zone")

        async def change(uow: UnitOfWork) -> ShownSchedule | None:
            schedule = await uow.schedules.get(edit.schedule_id)
            if edit.version not in {None, schedule.version}:
                return None
            name = edit.name if isinstance(edit.name, Unset) else edit.name.strip()
            timing = self._timing(edit, schedule.timing)
            schedule.edit(name=name, timing=timing, payload=edit.payload, now=self._clock.now())
            await uow.schedules.save(schedule)
            return await self._shows(uow, schedule)

        edited = await self._transactions.run(edit.tenant_id, "edit_schedule", change)
        if edited is None:
            raise StaleVersion(f"schedule {edit.schedule_id} was changed since version {edit.version}", kind="schedule")
        return edited

    def _timing(self, edit: ScheduleEdit, former: Timing) -> Timing | Unset:
        return edit.timing if isinstance(edit.timing, Unset) else self._timings.read(edit.timing, former)


@attrs.frozen
class PauseSchedule:
    """Pauses and resumes; what is so already is not written again. Raises NotFound."""

    _transactions: Transactions
    _shows: Shows
    _clock: Clock

    async def __call__(self, tenant_id: TenantId, schedule_id: ScheduleId) -> ShownSchedule:
        """No ticks from now on; a job that is queued stays so."""
        return await self._change(tenant_id, schedule_id, lambda schedule: schedule.pause(self._clock.now()))

    async def resume(self, tenant_id: TenantId, schedule_id: ScheduleId) -> ShownSchedule:
        """Ticks are counted from now; those that were missed stay undone."""
        return await self._change(tenant_id, schedule_id, lambda schedule: schedule.resume(self._clock.now()))

    async def _change(
        self, tenant_id: TenantId, schedule_id: ScheduleId, change: Callable[[Schedule], bool]
    ) -> ShownSchedule:
        async def work(uow: UnitOfWork) -> ShownSchedule:
            schedule = await uow.schedules.get(schedule_id)
            if change(schedule):
                await uow.schedules.save(schedule)
            return await self._shows(uow, schedule)

        return await self._transactions.run(tenant_id, "pause_schedule", work)


@attrs.frozen
class DeleteSchedule:
    """Raises NotFound. One of the first schedules does not come back."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, schedule_id: ScheduleId) -> None:
        """Forget it; a job that is queued stays so."""
        await self._transactions.run(tenant_id, "delete_schedule", lambda uow: uow.schedules.remove(schedule_id))
