"""Schedules: one tenant's, and what is due in the installation."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from ...domain.schedules.schedule import Schedule
from ...domain.shared.ids import ScheduleId, TenantId
from .repositories import Entities


class Schedules(Entities[Schedule, ScheduleId], Protocol):
    """The tenant's schedules, inside a unit of work. The name is unique within the tenant."""

    @abstractmethod
    async def all(self) -> Sequence[Schedule]:
        """Every schedule, by name."""

    @abstractmethod
    async def remove(self, schedule_id: ScheduleId) -> None:
        """Forget it. Raises NotFound."""


@attrs.frozen(kw_only=True)
class Due:
    """A schedule whose tick has come, or will."""

    tenant_id: TenantId
    schedule_id: ScheduleId
    at: datetime


class Agenda(Protocol):
    """What schedulers ask of all tenants' schedules. Raises StorageUnavailable."""

    @abstractmethod
    async def due(self, now: datetime, *, limit: int) -> Sequence[Due]:
        """Those whose tick is at ``now`` or before, the longest waiting first."""

    @abstractmethod
    async def next_tick(self, after: datetime) -> datetime | None:
        """The earliest tick of all schedules after that instant, in UTC; None: there is none."""
