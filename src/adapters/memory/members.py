"""Members, memberships, leads and packages in memory."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from ...application.events import Outbox
from ...application.ports.repositories import Leads, Members, Memberships, Packages
from ...application.sync.records.kinds import LEAD
from ...domain.leads.lead import Lead
from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.membership.package import Package
from ...domain.shared.contact import EmailAddress
from ...domain.shared.errors import NotFound, StorageConflict
from ...domain.shared.ids import AccountId, LeadId, MemberId, MembershipId, TenantId
from ...domain.sync.record import SyncRecord
from .entities import MemorySynced
from .store import RecordKey
from .tables import Draft

P = TypeVar("P", MemberId, LeadId)


class MemoryMembers(MemorySynced[Member, MemberId], Members):
    """Members, with the memberships that belong to them."""

    def __init__(
        self, tenant_id: TenantId, rows: Draft[UUID, Member], memberships: Draft[UUID, Membership], outbox: Outbox
    ) -> None:
        super().__init__("member", tenant_id, rows, outbox)
        self._memberships = memberships

    async def of_addresses(self, addresses: Collection[str]) -> dict[str, set[MemberId]]:
        """One by one."""
        return _by_address(((member.email, member.id) for member in self._rows.all()), addresses)

    def _ensure_free(self, entity: Member) -> None:
        if any(self._memberships.among("member", entity.id)):
            raise StorageConflict(f"member {entity.id} still has memberships")


class MemoryMemberships(MemorySynced[Membership, MembershipId], Memberships):
    """Memberships."""

    async def of_member(self, member_id: MemberId) -> Sequence[Membership]:
        """Copies, latest start first."""
        rows = sorted(self._rows.among("member", member_id), key=latest_start)
        return [self._rows.copy(row) for row in rows]

    async def turning_by(self, day: date, *, limit: int) -> Sequence[Membership]:
        """Copies, earliest first, then by id."""
        turning = [(m.status_changes_on, m.id, m) for m in self._rows.all() if m.status_changes_on is not None]
        due = sorted(((on, key, row) for on, key, row in turning if on <= day), key=lambda t: t[:2])
        return [self._rows.copy(row) for _, _, row in due[:limit]]


def latest_start(membership: Membership) -> tuple[int, UUID]:
    """A sort key: latest start first, unknown starts last, then by id."""
    starts_on = membership.terms.starts_on
    return (-starts_on.toordinal() if starts_on else 0, membership.id)


class MemoryLeads(MemorySynced[Lead, LeadId], Leads):
    """Leads, with the sync records that link them."""

    def __init__(
        self, tenant_id: TenantId, rows: Draft[UUID, Lead], records: Draft[RecordKey, SyncRecord], outbox: Outbox
    ) -> None:
        super().__init__("lead", tenant_id, rows, outbox)
        self._records = records

    async def remove(self, lead_id: LeadId) -> None:
        """Forget it."""
        if lead_id not in self._rows:
            raise NotFound("lead", lead_id)
        self._rows.remove(lead_id)

    async def unlinked(self, account_id: AccountId) -> dict[str, list[LeadId]]:
        """By canonical e-mail address; those without one are left out. Ids ascending."""
        linked = {record.local_id for record in self._records.among("side", (account_id, LEAD))}
        found: defaultdict[str, list[LeadId]] = defaultdict(list)
        for lead in sorted(self._rows.all(), key=lambda lead: lead.id):
            if lead.id not in linked and lead.email is not None:
                found[lead.email.canonical].append(lead.id)
        return dict(found)

    async def of_addresses(self, addresses: Collection[str]) -> dict[str, set[LeadId]]:
        """One by one."""
        return _by_address(((lead.email, lead.id) for lead in self._rows.all()), addresses)


def _by_address(all_of_them: Iterable[tuple[EmailAddress | None, P]], addresses: Collection[str]) -> dict[str, set[P]]:
    found: defaultdict[str, set[P]] = defaultdict(set)
    for email, one in all_of_them:
        if email is not None and email.canonical in addresses:
            found[email.canonical].add(one)
    return dict(found)


class MemoryPackages(Packages):
    """The last known offers."""

    def __init__(self, rows: Draft[AccountId, tuple[Package, ...]]) -> None:
        self._rows = rows

    async def replace(self, account_id: AccountId, packages: Sequence[Package]) -> None:
        """Forget that account's former ones."""
        self._rows.put(account_id, tuple(packages))

    async def of_account(self, account_id: AccountId) -> Sequence[Package]:
        """In the order in which they were given."""
        return self._rows.find(account_id) or ()
