"""One business transaction of one tenant."""

from abc import abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ...domain.shared.ids import TenantId
from ...domain.tenancy.tenant import Tenant
from .events import Events, Marks
from .inboxes import Deliveries, Inboxes
from .jobs import Jobs
from .outgoing import Endpoints, Messages
from .repositories import (
    Accounts,
    ApiKeys,
    Journal,
    Leads,
    Members,
    Memberships,
    Packages,
    Runs,
    Sessions,
    Sites,
    SyncRecords,
    Tasks,
    Users,
)
from .schedules import Schedules
from .sync_books import Conflicts, DueRecords, Overrides, Plans, Policies, Pushes, SyncStates


class UnitOfWork(Protocol):
    """All or nothing: leaving without ``commit`` undoes everything.

    No provider is called while one is open.
    """

    tenant: Tenant
    members: Members
    memberships: Memberships
    leads: Leads
    packages: Packages
    sync_records: SyncRecords
    journal: Journal
    runs: Runs
    policies: Policies
    overrides: Overrides
    conflicts: Conflicts
    plans: Plans
    pushes: Pushes
    sync_states: SyncStates
    due: DueRecords
    tasks: Tasks
    accounts: Accounts
    sites: Sites
    users: Users
    sessions: Sessions
    api_keys: ApiKeys
    events: Events
    marks: Marks
    jobs: Jobs
    schedules: Schedules
    inboxes: Inboxes
    deliveries: Deliveries
    endpoints: Endpoints
    messages: Messages

    @abstractmethod
    async def commit(self) -> None:
        """Store what was recorded, let follow what follows, and make it all durable.

        Raises StorageConflict (run it again) or StorageUnavailable.
        """


class UnitsOfWork(Protocol):
    """Opens units of work."""

    @abstractmethod
    def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction of that tenant while inside; a ``read_only`` one waits for no writer and saves nothing.

        Raises NotFound for an unknown tenant, StorageConflict when the database stays busy, StorageUnavailable.
        """
