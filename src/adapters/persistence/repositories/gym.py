"""Members, memberships, packages and leads."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, exists, select

from ....application.ports.repositories import Leads, Members, Memberships, Packages
from ....application.sync.records.kinds import LEAD as LEAD_KIND
from ....domain.leads.lead import Lead
from ....domain.membership.member import Member
from ....domain.membership.membership import Membership
from ....domain.membership.package import Package
from ....domain.shared.errors import NotFound, StorageConflict
from ....domain.shared.ids import AccountId, LeadId, MemberId, MembershipId, TenantId
from ..connection import Transaction
from ..mappers import contracts, people
from ..tables import LEAD, MEMBER, MEMBERSHIP, PACKAGE, SYNC_RECORD
from .entities import Shape, SqlSynced, rows_of
from .slices import in_slices

MEMBERS = Shape("member", MEMBER, people.member_row, people.member)
MEMBERSHIPS = Shape("membership", MEMBERSHIP, contracts.membership_row, contracts.membership)
LEADS = Shape("lead", LEAD, people.lead_row, people.lead)

# "IS NULL" first, because the databases disagree on where NULL belongs.
LATEST_START_FIRST = (MEMBERSHIP.c.starts_on.is_(None), MEMBERSHIP.c.starts_on.desc(), MEMBERSHIP.c.id)
OF_MEMBER = rows_of(MEMBERSHIP).where(MEMBERSHIP.c.member_id == bindparam("member_id")).order_by(*LATEST_START_FIRST)
HAS_MEMBERSHIPS = select(MEMBERSHIP.c.id).where(MEMBERSHIP.c.tenant_id == bindparam("tenant_id")).limit(1)
TURNING = (
    rows_of(MEMBERSHIP)
    .where(MEMBERSHIP.c.status_changes_on <= bindparam("day"))
    .order_by(MEMBERSHIP.c.status_changes_on, MEMBERSHIP.c.id)
    .limit(bindparam("limit"))
)
_link = exists().where(
    SYNC_RECORD.c.tenant_id == bindparam("tenant_id"),
    SYNC_RECORD.c.kind == LEAD_KIND,
    SYNC_RECORD.c.local_id == LEAD.c.id,
    SYNC_RECORD.c.account_id == bindparam("account_id"),
)
UNLINKED = (
    select(LEAD.c.email_key, LEAD.c.id)
    .where(LEAD.c.tenant_id == bindparam("tenant_id"), LEAD.c.email_key.is_not(None), ~_link)
    .order_by(LEAD.c.id)
)
_REMOVE_LEAD = delete(LEAD).where(LEAD.c.tenant_id == bindparam("tenant_id"), LEAD.c.id == bindparam("id"))
_of_account = (PACKAGE.c.tenant_id == bindparam("tenant_id"), PACKAGE.c.account_id == bindparam("account_id"))
PACKAGES = select(PACKAGE).where(*_of_account).order_by(PACKAGE.c.position)
_FORGET = delete(PACKAGE).where(*_of_account)


class SqlMembers(SqlSynced[Member, MemberId], Members):
    """The table ``member``."""

    async def of_addresses(self, addresses: Collection[str]) -> Mapping[str, Collection[MemberId]]:
        """By index."""
        return await _by_address(self._transaction, self._tenant_id, MEMBER, addresses)

    async def _remove(self, ids: Collection[UUID]) -> None:
        # The foreign key would say the same, but PostgreSQL would end the transaction with it.
        for slice_ in in_slices(ids):
            statement = self._transaction.among(HAS_MEMBERSHIPS, MEMBERSHIP.c.member_id, slice_)
            if await self._transaction.fetch(statement, {"tenant_id": self._tenant_id}):
                raise StorageConflict("one of the members still has memberships")
        await super()._remove(ids)


class SqlMemberships(SqlSynced[Membership, MembershipId], Memberships):
    """The table ``membership``."""

    async def of_member(self, member_id: MemberId) -> Sequence[Membership]:
        """By index."""
        return await self._select(OF_MEMBER, member_id=member_id)

    async def turning_by(self, day: date, *, limit: int) -> Sequence[Membership]:
        """By index."""
        return await self._select(TURNING, day=day, limit=limit)


class SqlLeads(SqlSynced[Lead, LeadId], Leads):
    """The table ``lead``."""

    async def remove(self, lead_id: LeadId) -> None:
        """By primary key."""
        if not await self._transaction.execute(_REMOVE_LEAD, {"tenant_id": self._tenant_id, "id": lead_id}):
            raise NotFound("lead", lead_id)
        await self._edited.removed(LEAD_KIND, [lead_id])

    async def unlinked(self, account_id: AccountId) -> Mapping[str, Sequence[LeadId]]:
        """Those without an e-mail address are left out; ids ascending."""
        found: defaultdict[str, list[LeadId]] = defaultdict(list)
        rows = await self._transaction.fetch(
            UNLINKED, {"tenant_id": self._tenant_id, "account_id": account_id}, long=True
        )
        for email, lead_id in rows:
            found[email].append(lead_id)
        return dict(found)

    async def of_addresses(self, addresses: Collection[str]) -> Mapping[str, Collection[LeadId]]:
        """By index."""
        return await _by_address(self._transaction, self._tenant_id, LEAD, addresses)


async def _by_address(
    transaction: Transaction, tenant_id: TenantId, table: Table, addresses: Collection[str]
) -> dict[str, set[Any]]:
    """Ids of that table's people."""
    found: defaultdict[str, set[Any]] = defaultdict(set)
    everyone = select(table.c.email_key, table.c.id).where(table.c.tenant_id == bindparam("tenant_id"))
    statement = transaction.among(everyone, table.c.email_key, addresses)
    for email, key in await transaction.fetch(statement, {"tenant_id": tenant_id}):
        found[email].add(key)
    return dict(found)


class SqlPackages(Packages):
    """The table ``package``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id

    async def replace(self, account_id: AccountId, packages: Sequence[Package]) -> None:
        """Forget the former ones."""
        await self._transaction.execute(_FORGET, {"tenant_id": self._tenant_id, "account_id": account_id})
        rows = [
            contracts.package_row(self._tenant_id, account_id, position, package)
            for position, package in enumerate(packages)
        ]
        if rows:
            await self._transaction.insert(PACKAGE, rows, len(rows))

    async def of_account(self, account_id: AccountId) -> Sequence[Package]:
        """In their order."""
        rows = await self._transaction.fetch(PACKAGES, {"tenant_id": self._tenant_id, "account_id": account_id})
        return [contracts.package(row) for row in rows]
