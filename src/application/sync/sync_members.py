"""Members, their memberships and the packages on sale are brought in step with the provider (W20–W32)."""

import attrs

from ...domain.shared.errors import GatewayError, GatewayUnsupported
from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.run import Counts, Run
from ..membership.settle_memberships import settle_due
from ..ports.gym import GymGateway
from ..ports.phones import PhoneBook
from ..ports.unit_of_work import UnitOfWork
from .listing import Listing
from .member_records import MemberRecords
from .membership_records import MembershipRecords
from .run_books import Opened, RunBooks
from .sync_account import Progress, SyncAccount, no_progress

KIND = "members"


@attrs.frozen
class SyncMembers:
    """See SyncAccount for what a run is. Raises NotFound for the account."""

    _sync: SyncAccount
    _listing: Listing
    _books: RunBooks
    _phones: PhoneBook

    async def __call__(
        self, tenant_id: TenantId, account_id: AccountId, *, force: bool = False, progress: Progress = no_progress
    ) -> Run:
        """Run it now; ``force`` passes the hourly limit."""
        steps = (self._settle, self._members, self._memberships, self._packages)
        return await self._sync(tenant_id, account_id, KIND, steps, force=force, progress=progress)

    async def _settle(self, opened: Opened, _: GymGateway, __: Progress) -> None:
        today = opened.tenant.today(opened.run.started_at)

        async def work(uow: UnitOfWork) -> Counts:
            return Counts(updated=await settle_due(uow, today, now=opened.run.started_at))

        while (await self._books.write(opened.run, "settle_memberships", work)).updated:
            pass

    async def _members(self, opened: Opened, gym: GymGateway, progress: Progress) -> None:
        region = opened.tenant.region
        kind = MemberRecords(opened.tenant, lambda raw: self._phones.read(raw, region))
        await self._listing(opened.run, kind, gym.members(), progress)

    async def _memberships(self, opened: Opened, gym: GymGateway, progress: Progress) -> None:
        kind = MembershipRecords(opened.tenant, opened.account.id, opened.tenant.today(opened.run.started_at))
        await self._listing(opened.run, kind, gym.memberships(), progress)

    async def _packages(self, opened: Opened, gym: GymGateway, _: Progress) -> None:
        """Offers are a by-product: their failure is told and fails nothing."""
        try:
            offers = await gym.packages()
        except GatewayUnsupported:
            return
        except GatewayError as error:
            await self._books.note(opened, error, kind="package")
            return

        async def replace(uow: UnitOfWork) -> Counts:
            if tuple(await uow.packages.of_account(opened.account.id)) != tuple(offers):
                await uow.packages.replace(opened.account.id, offers)
            return Counts()

        await self._books.write(opened.run, "replace_packages", replace)
