"""A tenant's schedules."""

from collections.abc import Sequence

import attrs

from ...domain.shared.ids import ScheduleId, TenantId
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .shown import ShownSchedule, Shows


@attrs.frozen
class ListSchedules:
    """There are few, so they are all shown."""

    _transactions: Transactions
    _shows: Shows

    async def __call__(self, tenant_id: TenantId) -> Sequence[ShownSchedule]:
        """By name."""

        async def show(uow: UnitOfWork) -> Sequence[ShownSchedule]:
            return [await self._shows(uow, schedule) for schedule in await uow.schedules.all()]

        return await self._transactions.read(tenant_id, show)

    async def one(self, tenant_id: TenantId, schedule_id: ScheduleId) -> ShownSchedule:
        """Raises NotFound."""

        async def show(uow: UnitOfWork) -> ShownSchedule:
            return await self._shows(uow, await uow.schedules.get(schedule_id))

        return await self._transactions.read(tenant_id, show)
