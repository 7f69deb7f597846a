"""Transactions in memory: one writer at a time, all or nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from ...application.ports.fanout import Fanout, nothing_follows
from ...application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from ...domain.shared.errors import StorageConflict
from ...domain.shared.ids import TenantId
from .conflicts import MemoryConflicts
from .events import MemoryEvents, MemoryMarks
from .identity import MemoryApiKeys, MemorySessions, MemoryUsers
from .inboxes import MemoryDeliveries, MemoryInboxes
from .jobs import MemoryJobs
from .members import MemoryLeads, MemoryMembers, MemoryMemberships, MemoryPackages
from .outgoing import MemoryEndpoints, MemoryMessages
from .policies import MemoryOverrides, MemoryPolicies
from .pushes import MemoryPushes
from .schedules import MemorySchedules
from .store import MemoryStore
from .sync_plans import MemoryPlans
from .sync_states import MemoryDueRecords, MemorySyncStates
from .synced import MemoryJournal, MemoryRuns, MemorySyncRecords
from .tables import Draft, Table
from .tenancy import MemoryAccounts, MemorySites, MemoryTasks

K = TypeVar("K")
V = TypeVar("V")


class MemoryUnitOfWork(UnitOfWork):
    """Writes into drafts; ``commit`` merges them. What is written after a commit needs another one."""

    def __init__(self, store: MemoryStore, tenant_id: TenantId, fanout: Fanout, *, read_only: bool) -> None:
        room = store.room(tenant_id)
        self._fanout = fanout
        self._read_only = read_only
        self._tell = store.news.set
        self._drafts: list[Draft[Any, Any]] = []
        self.tenant = room.tenant
        self.events = MemoryEvents(tenant_id, self._draft(room.events), store.clock, store.ids)
        self.marks = MemoryMarks(self._draft(room.marks), store.clock)
        members, memberships = self._draft(room.members), self._draft(room.memberships)
        leads, records = self._draft(room.leads), self._draft(room.sync_records)
        self.members = MemoryMembers(tenant_id, members, memberships, self.events)
        self.memberships = MemoryMemberships("membership", tenant_id, memberships, self.events)
        self.leads = MemoryLeads(tenant_id, leads, records, self.events)
        self.packages = MemoryPackages(self._draft(room.packages))
        former = self._draft(room.former)
        self.sync_records = MemorySyncRecords(records, former, members=members, memberships=memberships, leads=leads)
        self.journal = MemoryJournal(self._draft(room.changes))
        self.runs = MemoryRuns(tenant_id, self._draft(room.runs), self._draft(room.errors))
        self.policies = MemoryPolicies(self._draft(room.policies))
        self.overrides = MemoryOverrides(self._draft(room.overrides))
        self.conflicts = MemoryConflicts(tenant_id, self._draft(room.conflicts), self.events)
        self.plans = MemoryPlans(tenant_id, self._draft(room.plans), self._draft(room.plan_steps))
        self.pushes = MemoryPushes(tenant_id, self._draft(room.pushes))
        self.sync_states = MemorySyncStates(self._draft(room.sync_states))
        self.due = MemoryDueRecords(self._draft(room.due))
        self.tasks = MemoryTasks(tenant_id, self._draft(room.tasks))
        self.accounts = MemoryAccounts(tenant_id, self._draft(room.accounts))
        self.sites = MemorySites(tenant_id, self._draft(room.sites))
        self.users = MemoryUsers(tenant_id, self._draft(room.users), store)
        self.sessions = MemorySessions(tenant_id, self._draft(room.sessions), store)
        self.api_keys = MemoryApiKeys(tenant_id, self._draft(room.api_keys), store)
        self.jobs = MemoryJobs(tenant_id, self._draft(room.jobs), store)
        self.schedules = MemorySchedules(tenant_id, self._draft(room.schedules))
        self.inboxes = MemoryInboxes(tenant_id, self._draft(room.inboxes), store)
        self.deliveries = MemoryDeliveries(tenant_id, self._draft(room.deliveries), self._draft(room.standings))
        messages, attempts = self._draft(room.messages), self._draft(room.attempts)
        self.endpoints = MemoryEndpoints(tenant_id, self._draft(room.endpoints), messages, attempts, self.events)
        self.messages = MemoryMessages(tenant_id, messages, attempts)

    async def commit(self) -> None:
        """Events first, then everything at once: no other task runs in between."""
        await self.events.send(self, self._fanout)
        for draft in self._drafts:
            draft.commit()
        self._tell()

    def close(self) -> None:
        """Undo what is not committed; from now on every use raises RuntimeError."""
        for draft in self._drafts:
            draft.close()

    def _draft(self, table: Table[K, V]) -> Draft[K, V]:
        draft = Draft(table, read_only=self._read_only)
        self._drafts.append(draft)
        return draft


class MemoryUnitsOfWork(UnitsOfWork):
    """Writers wait for each other, in the order in which they came; readers see what is committed.

    ``fanout`` is told of their events.
    """

    def __init__(self, store: MemoryStore, fanout: Fanout = nothing_follows) -> None:
        self._store = store
        self._fanout = fanout

    def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """A task that already writes gets StorageConflict: it would wait for itself."""
        return self._inside(tenant_id, read_only=True) if read_only else self._in_turn(tenant_id)

    @asynccontextmanager
    async def _in_turn(self, tenant_id: TenantId) -> AsyncIterator[UnitOfWork]:
        task = asyncio.current_task()
        if self._store.writer is task:
            raise StorageConflict("this task has a unit of work open already")
        async with self._store.writing:
            self._store.writer = task
            try:
                async with self._inside(tenant_id, read_only=False) as uow:
                    yield uow
            finally:
                self._store.writer = None

    @asynccontextmanager
    async def _inside(self, tenant_id: TenantId, *, read_only: bool) -> AsyncIterator[UnitOfWork]:
        uow = MemoryUnitOfWork(self._store, tenant_id, self._fanout, read_only=read_only)
        try:
            yield uow
        finally:
            uow.close()
