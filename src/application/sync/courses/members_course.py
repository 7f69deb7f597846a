"""Members, their memberships and the packages on sale are brought in step with the provider (W20–W32)."""

from collections.abc import Sequence
from typing import Any

import attrs

from ....domain.shared.errors import GatewayError, GatewayUnsupported
from ....domain.sync.run import Counts
from ...membership.settle_memberships import settle_due
from ...ports.gym import GymGateway
from ...ports.phones import PhoneBook
from ...ports.unit_of_work import UnitOfWork
from ..records.kinds import MEMBER, MEMBERSHIP
from ..records.record_kind import RecordKind
from ..records.run_books import Opened, RunBooks
from .course import Course
from .member_records import MemberRecords
from .membership_records import MembershipRecords

MEMBERS = "members"


@attrs.frozen
class MembersCourse(Course):
    """Members, then what they bought."""

    _books: RunBooks
    _phones: PhoneBook
    name: str = attrs.field(default=MEMBERS, init=False)
    kinds: tuple[str, ...] = attrs.field(default=(MEMBER, MEMBERSHIP), init=False)

    def records(self, opened: Opened) -> Sequence[RecordKind[Any]]:
        """Phone numbers are read by the tenant's region, states by its civil day."""
        tenant = opened.tenant
        return (
            MemberRecords(tenant, lambda raw: self._phones.read(raw, tenant.region)),
            MembershipRecords(tenant, opened.account.id, tenant.today(opened.run.started_at)),
        )

    async def before(self, opened: Opened) -> None:
        """Time passed: memberships get the state that their terms give today."""
        today = opened.tenant.today(opened.run.started_at)

        async def work(uow: UnitOfWork) -> Counts:
            return Counts(updated=await settle_due(uow, today, now=opened.run.started_at))

        while (await self._books.write(opened.run, "settle_memberships", work)).updated:
            pass

    async def after(self, opened: Opened, gym: GymGateway) -> None:
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
