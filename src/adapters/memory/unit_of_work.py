"""Transactions in memory: one writer at a time, all or nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from typing import Any, TypeVar, cast

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
from .store import MemoryStore, Room
from .sync_plans import MemoryPlans
from .sync_states import MemoryDueRecords, MemorySyncStates
from .synced import MemoryJournal, MemoryRuns, MemorySyncRecords
from .tables import Draft, Table
from .tenancy import MemoryAccounts, MemorySites, MemoryTasks

K = TypeVar("K")
V = TypeVar("V")


def _lazily(make: Callable[["MemoryUnitOfWork"], V]) -> V:
    """Made when it is first used: most transactions use few. To whoever reads, an attribute has the type of its value,
    whatever the class holds in its place.
    """
    return cast("V", cached_property(make))


class MemoryUnitOfWork(UnitOfWork):
    """Writes into drafts; ``commit`` merges them. What is written after a commit needs another one."""

    store: MemoryStore
    tenant_id: TenantId
    room: Room
    events: MemoryEvents = _lazily(
        lambda u: MemoryEvents(u.tenant_id, u.rows(u.room.events), u.store.clock, u.store.ids)
    )
    marks = _lazily(lambda u: MemoryMarks(u.rows(u.room.marks), u.store.clock))
    members = _lazily(
        lambda u: MemoryMembers(u.tenant_id, u.rows(u.room.members), u.rows(u.room.memberships), u.events)
    )
    memberships = _lazily(lambda u: MemoryMemberships("membership", u.tenant_id, u.rows(u.room.memberships), u.events))
    leads = _lazily(lambda u: MemoryLeads(u.tenant_id, u.rows(u.room.leads), u.rows(u.room.sync_records), u.events))
    packages = _lazily(lambda u: MemoryPackages(u.rows(u.room.packages)))
    sync_records = _lazily(
        lambda u: MemorySyncRecords(
            u.rows(u.room.sync_records),
            u.rows(u.room.former),
            members=u.rows(u.room.members),
            memberships=u.rows(u.room.memberships),
            leads=u.rows(u.room.leads),
        )
    )
    journal = _lazily(lambda u: MemoryJournal(u.rows(u.room.changes)))
    runs = _lazily(lambda u: MemoryRuns(u.tenant_id, u.rows(u.room.runs), u.rows(u.room.errors)))
    policies = _lazily(lambda u: MemoryPolicies(u.rows(u.room.policies)))
    overrides = _lazily(lambda u: MemoryOverrides(u.rows(u.room.overrides)))
    conflicts = _lazily(lambda u: MemoryConflicts(u.tenant_id, u.rows(u.room.conflicts), u.events))
    plans = _lazily(lambda u: MemoryPlans(u.tenant_id, u.rows(u.room.plans), u.rows(u.room.plan_steps)))
    pushes = _lazily(lambda u: MemoryPushes(u.tenant_id, u.rows(u.room.pushes)))
    sync_states = _lazily(lambda u: MemorySyncStates(u.rows(u.room.sync_states)))
    due = _lazily(lambda u: MemoryDueRecords(u.rows(u.room.due)))
    tasks = _lazily(lambda u: MemoryTasks(u.tenant_id, u.rows(u.room.tasks)))
    accounts = _lazily(lambda u: MemoryAccounts(u.tenant_id, u.rows(u.room.accounts)))
    sites = _lazily(lambda u: MemorySites(u.tenant_id, u.rows(u.room.sites)))
    users = _lazily(lambda u: MemoryUsers(u.tenant_id, u.rows(u.room.users), u.store))
    sessions = _lazily(lambda u: MemorySessions(u.tenant_id, u.rows(u.room.sessions), u.store))
    api_keys = _lazily(lambda u: MemoryApiKeys(u.tenant_id, u.rows(u.room.api_keys), u.store))
    jobs = _lazily(lambda u: MemoryJobs(u.tenant_id, u.rows(u.room.jobs), u.store))
    schedules = _lazily(lambda u: MemorySchedules(u.tenant_id, u.rows(u.room.schedules)))
    inboxes = _lazily(lambda u: MemoryInboxes(u.tenant_id, u.rows(u.room.inboxes), u.store))
    deliveries = _lazily(lambda u: MemoryDeliveries(u.tenant_id, u.rows(u.room.deliveries), u.rows(u.room.standings)))
    endpoints = _lazily(
        lambda u: MemoryEndpoints(
            u.tenant_id, u.rows(u.room.endpoints), u.rows(u.room.messages), u.rows(u.room.attempts), u.events
        )
    )
    messages = _lazily(lambda u: MemoryMessages(u.tenant_id, u.rows(u.room.messages), u.rows(u.room.attempts)))

    def __init__(self, store: MemoryStore, tenant_id: TenantId, fanout: Fanout, *, read_only: bool) -> None:
        self.store, self.tenant_id, self.room = store, tenant_id, store.room(tenant_id)
        self.tenant = self.room.tenant
        self._fanout = fanout
        self._read_only = read_only
        self._open = True
        self._drafts: dict[Table[Any, Any], Draft[Any, Any]] = {}

    def rows(self, table: Table[K, V]) -> Draft[K, V]:
        """What this transaction sees and writes of a table."""
        draft = self._drafts.get(table)
        if draft is None:
            draft = self._drafts[table] = Draft(table, read_only=self._read_only)
            if not self._open:
                draft.close()
        return draft

    async def commit(self) -> None:
        """Events first, then everything at once: no other task runs in between."""
        await self.events.send(self, self._fanout)
        for draft in self._drafts.values():
            draft.commit()
        self.store.news.set()

    def close(self) -> None:
        """Undo what is not committed; from now on every use raises RuntimeError."""
        self._open = False
        for draft in self._drafts.values():
            draft.close()


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
