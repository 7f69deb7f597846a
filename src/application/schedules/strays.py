"""Schedules that wait for a tick which a wrong clock gave them."""

import logging
from datetime import datetime

import attrs

from ...domain.shared.errors import StorageConflict
from ...domain.shared.ids import TenantId
from ..ports.clock import Clock
from ..ports.directory import Directory
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions

_log = logging.getLogger(__name__)


@attrs.frozen
class BringBackStrays:
    """A clock that ran ahead, were it for a moment, leaves ticks that come only when the right one gets there."""

    _directory: Directory
    _transactions: Transactions
    _clock: Clock

    async def __call__(self) -> None:
        """Look at all tenants' schedules. Who changes one at the same time goes first. Raises StorageUnavailable."""
        for tenant in await self._directory.tenants():
            try:
                await self._look(tenant.id, self._clock.now())
            except StorageConflict:
                _log.warning("schedules are busy, bringing them back later", extra={"tenant": str(tenant.id)})

    async def _look(self, tenant_id: TenantId, now: datetime) -> None:
        if await self._transactions.read(tenant_id, lambda uow: _are_there(uow, now)):
            await self._transactions.run(tenant_id, "bring_back_schedules", lambda uow: _bring_back(uow, now))


async def _are_there(uow: UnitOfWork, now: datetime) -> bool:
    return any(schedule.is_astray(now) for schedule in await uow.schedules.all())


async def _bring_back(uow: UnitOfWork, now: datetime) -> None:
    for schedule in await uow.schedules.all():
        lost = schedule.next_at
        if schedule.bring_back(now):
            await uow.schedules.save(schedule)
            _log.warning(
                "schedule %s waited for a tick at %s, which a wrong clock gave it: the next is at %s",
                schedule.name,
                lost,
                schedule.next_at,
            )
