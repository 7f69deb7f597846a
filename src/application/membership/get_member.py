"""One member in full (W4), with how the record stands with its providers."""

from collections.abc import Sequence

import attrs

from ...domain.membership.member import Member
from ...domain.shared.ids import MemberId, TenantId
from ...domain.sync.journal import Change
from ...domain.sync.record import SyncRecord
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import MEMBER
from ..transactions import Transactions


@attrs.frozen
class MemberDetail:
    """The member, its links to providers, and what syncs overwrote of it, oldest first."""

    member: Member
    links: Sequence[SyncRecord]
    changes: Sequence[Change]


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
            )

        return await self._transactions.read(tenant_id, ask)
