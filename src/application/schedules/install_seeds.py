"""Every tenant gets its first schedules, once."""

import attrs

from ...domain.schedules.schedule import Schedule
from ...domain.shared.ids import ScheduleId, TenantId
from ..ports.clock import Clock, IdSource
from ..ports.directory import Directory
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .seeds import SEEDS, Seed
from .timings import Timings

_INSTALLED = "schedule_seed"


@attrs.frozen
class InstallSeeds:
    """A mark remembers that a seed was installed, so that what people change or delete stays as they want it."""

    _directory: Directory
    _transactions: Transactions
    _timings: Timings
    _clock: Clock
    _ids: IdSource

    async def everywhere(self) -> None:
        """For tenants that are older than a seed. Raises StorageUnavailable."""
        for tenant in await self._directory.tenants():
            await self(tenant.id)

    async def __call__(self, tenant_id: TenantId) -> None:
        """Twice does nothing more. The first tick comes after the first interval. Raises StorageUnavailable."""
        names = await self._transactions.read(tenant_id, _names)
        missing = [seed for seed in SEEDS if seed.name not in names]
        if missing:
            await self._transactions.run(tenant_id, "install_schedules", lambda uow: self._install(uow, missing))

    async def _install(self, uow: UnitOfWork, seeds: list[Seed]) -> None:
        for seed in seeds:
            if await uow.marks.add(_INSTALLED, seed.name):
                await uow.schedules.add(self._schedule(uow.tenant.id, seed))

    def _schedule(self, tenant_id: TenantId, seed: Seed) -> Schedule:
        timing, now = self._timings.read(seed.timing), self._clock.now()
        return Schedule(
            id=ScheduleId(self._ids.new()),
            tenant_id=tenant_id,
            name=seed.name,
            kind=seed.kind,
            timing=timing,
            next_at=timing.next_after(now, last=now),
            created_at=now,
        )


async def _names(uow: UnitOfWork) -> set[str]:
    return {schedule.name for schedule in await uow.schedules.all()}
