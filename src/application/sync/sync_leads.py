"""Leads are brought in step with the provider (W20–W32)."""

import attrs

from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.run import Run
from ..ports.gym import GymGateway
from ..ports.phones import PhoneBook
from .lead_records import LeadRecords
from .listing import Listing
from .run_books import Opened
from .sync_account import Progress, SyncAccount, no_progress

KIND = "leads"


@attrs.frozen
class SyncLeads:
    """See SyncAccount for what a run is. Raises NotFound for the account."""

    _sync: SyncAccount
    _listing: Listing
    _phones: PhoneBook

    async def __call__(
        self, tenant_id: TenantId, account_id: AccountId, *, force: bool = False, progress: Progress = no_progress
    ) -> Run:
        """Run it now; ``force`` passes the hourly limit."""
        return await self._sync(tenant_id, account_id, KIND, (self._leads,), force=force, progress=progress)

    async def _leads(self, opened: Opened, gym: GymGateway, progress: Progress) -> None:
        tenant = opened.tenant
        kind = LeadRecords(tenant, opened.account.id, lambda raw: self._phones.read(raw, tenant.region))
        await self._listing(opened.run, kind, gym.leads(), progress)
