"""One business transaction over a database."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy import bindparam, select

from ...application.ports.fanout import Fanout, nothing_follows
from ...application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from ...domain.shared.errors import NotFound
from ...domain.shared.ids import TenantId
from ...domain.tenancy.tenant import Tenant
from ..jobs.choice import JobChannel, JobsOf
from .connection import Connection, Database, Transaction
from .mappers import tenancy
from .read_only import ReadOnly
from .repositories.conflicts import CONFLICTS, SqlConflicts
from .repositories.edited import EditedRecords
from .repositories.events import SqlEvents, SqlMarks
from .repositories.gym import LEADS, MEMBERS, MEMBERSHIPS, SqlLeads, SqlMembers, SqlMemberships, SqlPackages
from .repositories.identity import API_KEYS, SESSIONS, USERS, SqlApiKeys, SqlSessions, SqlUsers
from .repositories.inbox import DELIVERIES, INBOXES, SqlDeliveries, SqlInboxes
from .repositories.journal import SqlJournal
from .repositories.links import SqlSyncRecords
from .repositories.outgoing import ENDPOINTS, MESSAGES, SqlEndpoints, SqlMessages
from .repositories.policies import SqlOverrides, SqlPolicies
from .repositories.pushes import PUSHES, SqlPushes
from .repositories.runs import SqlRuns
from .repositories.schedules import SCHEDULES, SqlSchedules
from .repositories.staff import TASKS, SqlTasks
from .repositories.sync_plans import PLANS, SqlPlans
from .repositories.sync_states import SqlDueRecords, SqlSyncStates
from .repositories.tenancy import ACCOUNTS, SqlAccounts, SqlSites
from .tables import TENANT

_TENANT = select(TENANT).where(TENANT.c.id == bindparam("id"))


class SqlUnitOfWork(UnitOfWork):
    """The collections of one tenant over one transaction."""

    def __init__(
        self, transaction: Transaction, tenant: Tenant, database: Database, fanout: Fanout, jobs: JobsOf
    ) -> None:
        key = tenant.id
        self._transaction = transaction
        self._fanout = fanout
        self.tenant = tenant
        self.events = SqlEvents(transaction, key, database.clock, database.ids)
        self.marks = SqlMarks(transaction, key, database.clock)
        self._edited = EditedRecords(transaction, key)
        self.members = SqlMembers(transaction, key, MEMBERS, self.events, self._edited)
        self.memberships = SqlMemberships(transaction, key, MEMBERSHIPS, self.events, self._edited)
        self.leads = SqlLeads(transaction, key, LEADS, self.events, self._edited)
        self.packages = SqlPackages(transaction, key)
        self.sync_records = SqlSyncRecords(transaction, key, self._edited)
        self.journal = SqlJournal(transaction, key)
        self.runs = SqlRuns(transaction, key, database.ids)
        self.policies = SqlPolicies(transaction, key)
        self.overrides = SqlOverrides(transaction, key)
        self.conflicts = SqlConflicts(transaction, key, CONFLICTS, self.events)
        self.plans = SqlPlans(transaction, key, PLANS)
        self.pushes = SqlPushes(transaction, key, PUSHES)
        self.sync_states = SqlSyncStates(transaction, key)
        self.due = SqlDueRecords(transaction, key)
        self.tasks = SqlTasks(transaction, key, TASKS)
        self.accounts = SqlAccounts(transaction, key, ACCOUNTS)
        self.sites = SqlSites(transaction, key)
        self.users = SqlUsers(transaction, key, USERS)
        self.sessions = SqlSessions(transaction, key, SESSIONS)
        self.api_keys = SqlApiKeys(transaction, key, API_KEYS)
        self.jobs = jobs(transaction, key)
        self.schedules = SqlSchedules(transaction, key, SCHEDULES)
        self.inboxes = SqlInboxes(transaction, key, INBOXES)
        self.deliveries = SqlDeliveries(transaction, key, DELIVERIES)
        self.endpoints = SqlEndpoints(transaction, key, ENDPOINTS, self.events)
        self.messages = SqlMessages(transaction, key, MESSAGES)

    async def commit(self) -> None:
        """Events first, then the marks of what was edited, then COMMIT."""
        await self.events.send(self, self._fanout)
        await self._edited.flush()
        await self._transaction.commit()


class SqlUnitsOfWork(UnitsOfWork):
    """Opens units of work over a database; ``fanout`` is told of their events.

    ``jobs`` None: a queue in this process finds what is enqueued when it next looks, not at once.
    """

    def __init__(self, database: Database, fanout: Fanout = nothing_follows, jobs: JobsOf | None = None) -> None:
        self._database = database
        self._fanout = fanout
        self._jobs = jobs or JobChannel(database).jobs

    def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction while inside. A ``read_only`` one sees, with each read, what is committed by then."""
        return self._reading(tenant_id) if read_only else self._writing(tenant_id)

    @asynccontextmanager
    async def _writing(self, tenant_id: TenantId) -> AsyncIterator[UnitOfWork]:
        async with self._database.writing() as transaction:
            tenant = await tenant_with(transaction, tenant_id)
            yield SqlUnitOfWork(transaction, tenant, self._database, self._fanout, self._jobs)

    @asynccontextmanager
    async def _reading(self, tenant_id: TenantId) -> AsyncIterator[UnitOfWork]:
        async with self._database.reading() as connection:
            tenant = await tenant_with(connection, tenant_id)
            yield SqlUnitOfWork(ReadOnly(connection), tenant, self._database, self._fanout, self._jobs)


async def tenant_with(connection: Connection, tenant_id: TenantId) -> Tenant:
    """That tenant. Raises NotFound."""
    rows = await connection.fetch(_TENANT, {"id": tenant_id})
    if not rows:
        raise NotFound("tenant", tenant_id)
    return tenancy.tenant(tuple(rows[0]))
