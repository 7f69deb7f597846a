"""A studio that syncs with a gym in memory, over the store that a suite is about."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import attrs
from tests.builders import an_account

from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_providers import MemoryGymProviders
from tresen.adapters.phones import LibraryPhoneBook
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.desk import SyncDesk, sync_desk
from tresen.application.tenancy.credentials import CredentialGuard
from tresen.application.transactions import Transactions
from tresen.domain.shared.ids import LeadId, TenantId
from tresen.domain.sync.run import Run, SyncError
from tresen.domain.sync.schema import Value
from tresen.domain.tenancy.provider_account import ProviderAccount

from .stores import Backend, T

MINUTE = timedelta(minutes=1)


@attrs.frozen(kw_only=True)
class SyncedStudio:
    """One account of a tenant, the gym behind it, and the sync between them."""

    backend: Backend
    tenant: TenantId
    account: ProviderAccount
    clock: FixedClock
    gym: MemoryGym
    desk: SyncDesk

    def attract(self, first_name: str, **values: Value) -> str:
        """A lead there; its id."""
        email = f"{first_name.lower()}@example.org"
        return self.gym.books.leads.add({"first_name": first_name, "email": email, "status": "new", **values})

    async def synced(self, *, whole: bool = False) -> Run:
        """Leads, a minute later."""
        self.clock.advance(MINUTE)
        return await self.desk.leads(self.tenant, self.account.id, force=True, whole=whole)

    async def names(self) -> dict[str, str]:
        """Of our leads, by the id there."""
        return await self.backend.read(self.tenant, self._names)

    async def _names(self, uow: UnitOfWork) -> dict[str, str]:
        ids = await uow.sync_records.external_ids(self.account.id, "lead", after="", limit=99)
        links = await uow.sync_records.by_external_ids(self.account.id, "lead", ids)
        leads = await uow.leads.get_many([LeadId(link.local_id) for link in links.values()])
        return {key: leads[link.local_id].first_name for key, link in links.items() if link.local_id in leads}

    async def errors(self) -> list[SyncError]:
        """Oldest first."""
        found = await self.backend.read(self.tenant, lambda uow: uow.runs.recent_errors(99))
        return list(reversed(found))

    async def write(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """In one transaction."""
        return await self.backend.write(self.tenant, work)


async def synced_studio(backend: Backend, tenant: TenantId) -> SyncedStudio:
    """Nothing is synced yet."""
    clock, ids = FixedClock(), SequenceIds()
    gym = MemoryGym(GymBooks(clock), clock)
    account = an_account(tenant, "gym")
    await backend.write(tenant, lambda uow: uow.accounts.add(account))
    desk = sync_desk(
        transactions=Transactions(backend.units, clock, FixedDice(0.5)),
        gyms=MemoryGymProviders({account.base_url: gym}),
        locks=backend.locks,
        guard=CredentialGuard(clock, ids),
        phones=LibraryPhoneBook(),
        readers=backend.readers,
        clock=clock,
        ids=ids,
    )
    return SyncedStudio(backend=backend, tenant=tenant, account=account, clock=clock, gym=gym, desk=desk)
