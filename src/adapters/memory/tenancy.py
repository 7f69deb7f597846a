"""Accounts, sites and staff tasks in memory."""

from collections.abc import Sequence
from uuid import UUID

from ...application.ports.repositories import Accounts, Sites, Tasks
from ...domain.shared.errors import AlreadyExists, NotFound, StaleVersion
from ...domain.shared.ids import AccountId, TaskId, TenantId
from ...domain.staff.task import StaffTask, TaskState
from ...domain.tenancy.provider_account import ProviderAccount
from ...domain.tenancy.tenant import Site
from .entities import MemoryVersioned
from .tables import Draft


class MemoryAccounts(MemoryVersioned[ProviderAccount, AccountId], Accounts):
    """Provider accounts."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, ProviderAccount]) -> None:
        super().__init__("provider account", tenant_id, rows, lambda a: rows.among("name", (a.provider, a.name)))

    async def all(self) -> Sequence[ProviderAccount]:
        """Copies, by provider and name."""
        rows = sorted(self._rows.all(), key=lambda a: (a.provider.casefold(), a.name.casefold(), a.id))
        return [self._rows.copy(row) for row in rows]

    async def claim(self, account_id: AccountId) -> ProviderAccount:
        """Nobody else writes meanwhile, see the store."""
        return await self.get(account_id)


class MemorySites(Sites):
    """Branches."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Site]) -> None:
        self._tenant_id = tenant_id
        self._rows = rows

    async def add(self, site: Site) -> None:
        """Keep it."""
        if site.tenant_id != self._tenant_id:
            raise NotFound("site", site.id)
        if site.id in self._rows or any(self._rows.among("name", site.name)):
            raise AlreadyExists(f"there is a site {site.name!r} already", kind="site", name=site.name)
        self._rows.put(site.id, site)

    async def all(self) -> Sequence[Site]:
        """By name, whatever its case, then id."""
        return sorted(self._rows.all(), key=lambda site: (site.name.casefold(), site.id))


class MemoryTasks(MemoryVersioned[StaffTask, TaskId], Tasks):
    """Staff tasks."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, StaffTask]) -> None:
        super().__init__("staff task", tenant_id, rows)

    async def open_for(self, operation: str, subject: str) -> Sequence[StaffTask]:
        """Copies."""
        rows = (row for row in self._rows.among("work", (operation, subject)) if row.state is TaskState.OPEN)
        return [self._rows.copy(row) for row in sorted(rows, key=lambda task: (task.created_at, task.id))]

    async def open_at(self, account_id: AccountId) -> Sequence[StaffTask]:
        """Copies."""
        rows = (row for row in self._rows.among("at", (account_id, TaskState.OPEN)))
        return [self._rows.copy(row) for row in sorted(rows, key=lambda task: (task.created_at, task.id))]

    async def save(self, entity: StaffTask) -> None:
        """Keep a copy instead of the former one."""
        self._ensure_own(entity)
        if entity.version:
            self._ensure_there(entity)
        await super().save(entity)

    async def remove(self, task: StaffTask) -> None:
        """Forget it."""
        self._ensure_own(task)
        self._ensure_current(task, self._ensure_there(task))
        self._rows.remove(task.id)

    def _ensure_there(self, task: StaffTask) -> StaffTask:
        stored = self._rows.find(task.id)
        if stored is None:
            raise StaleVersion(f"{self._kind} {task.id} is gone", kind=self._kind, id=str(task.id))
        return stored
