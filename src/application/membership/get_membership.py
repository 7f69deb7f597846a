"""One membership, and whose it is."""

import attrs

from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.shared.ids import MembershipId, TenantId
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class MembershipDetail:
    """A membership and the member who has it."""

    membership: Membership
    member: Member


@attrs.frozen
class GetMembership:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, membership_id: MembershipId) -> MembershipDetail:
        """From the store, without a call to the provider."""

        async def ask(uow: UnitOfWork) -> MembershipDetail:
            membership = await uow.memberships.get(membership_id)
            return MembershipDetail(membership, await uow.members.get(membership.member_id))

        return await self._transactions.read(tenant_id, ask)
