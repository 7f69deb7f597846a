"""One member in full (W4), with how the record stands with its providers."""

from collections.abc import Sequence

import attrs

from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.shared.ids import MemberId, TenantId
from ...domain.sync.journal import Change
from ...domain.sync.record import SyncRecord
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import MEMBER, MEMBERSHIP
from ..transactions import Transactions


@attrs.frozen
class ChangedMembership:
    """A membership of which something was changed, and what, oldest first."""

    membership: Membership
    changes: Sequence[Change]


@attrs.frozen
class MemberDetail:
    """The member, its links to providers, what syncs overwrote of it, oldest first, and those of its memberships of
    which something was changed.
    """

    member: Member
    links: Sequence[SyncRecord]
    changes: Sequence[Change]
    changed_memberships: Sequence[ChangedMembership]


@attrs.frozen
class GetMember:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, member_id: MemberId) -> MemberDetail:
        """From the store, without a call to the provider."""

        async def ask(uow: UnitOfWork) -> MemberDetail:
            return MemberDetail(
                await uow.members.get(member_id),
                await uow.sync_records.of_local(MEMBER, member_id),
                await uow.journal.of_record(MEMBER, member_id),
                await _changed_memberships(uow, member_id),
            )

        return await self._transactions.read(tenant_id, ask)


async def _changed_memberships(uow: UnitOfWork, member_id: MemberId) -> Sequence[ChangedMembership]:
    found = [
        ChangedMembership(membership, await uow.journal.of_record(MEMBERSHIP, membership.id))
        for membership in await uow.memberships.of_member(member_id)
    ]
    return [each for each in found if each.changes]
