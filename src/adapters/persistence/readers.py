"""Lists and figures, straight from the tables."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import attrs
from sqlalchemy import Column, Select, bindparam, func, select

from ...application.ports.readers import (
    ConflictFilter,
    LeadRow,
    MemberRow,
    MembershipFilter,
    MembershipRow,
    Readers,
    SoldMembership,
)
from ...application.sync.records.kinds import LEAD as LEAD_KIND
from ...application.sync.records.kinds import MEMBER as MEMBER_KIND
from ...domain.identity.credentials import ApiKey
from ...domain.identity.user import User
from ...domain.shared.errors import NotFound
from ...domain.shared.ids import AccountId, MemberId, TenantId
from ...domain.shared.page import Listing, Page
from ...domain.staff.task import StaffTask
from ...domain.sync.conflict import Conflict
from ...domain.sync.push import Push, PushState
from ...domain.sync.run import PUSH, Run, RunState
from .connection import Connection, Database
from .listings import LEADS, MEMBERS, TASKS, USERS, Listed
from .mappers import contracts, identity, sync
from .mappers.values import Row
from .repositories.entities import rows_of
from .repositories.gym import OF_MEMBER
from .row_links import links_of
from .sold_memberships import sold_memberships
from .sync_listings import CONFLICTS, PUSHES, stored
from .tables import API_KEY, LEAD, MEMBER, MEMBERSHIP, STAFF_TASK, SYNC_RUN

R = TypeVar("R")

HAS_MEMBER = select(MEMBER.c.id).where(MEMBER.c.tenant_id == bindparam("tenant_id"), MEMBER.c.id == bindparam("id"))
API_KEYS = rows_of(API_KEY).order_by(API_KEY.c.created_at.desc(), API_KEY.c.id.desc())
RUNS = (
    rows_of(SYNC_RUN)
    .order_by(SYNC_RUN.c.started_at.desc(), SYNC_RUN.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
SYNCS = RUNS.where(SYNC_RUN.c.kind != PUSH)


def _count(status: Column[Any]) -> Select[Any]:
    return (
        select(status, func.count())
        .where(status.table.c.tenant_id == bindparam("tenant_id"))
        .group_by(status)
        .order_by(status)
    )


COUNTS = {
    "members": _count(MEMBER.c.status),
    "memberships": _count(MEMBERSHIP.c.status),
    "leads": _count(LEAD.c.stage),
    "tasks": _count(STAFF_TASK.c.state),
}


class SqlReaders(Readers):
    """Sees what is committed. A window and its count are read one after the other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def members(self, tenant_id: TenantId, listing: Listing) -> Page[MemberRow]:
        """``q`` looks at the names, the e-mail address and both forms of the phone number."""
        return await self._people(MEMBERS, MEMBER_KIND, tenant_id, listing)

    async def memberships(self, tenant_id: TenantId, member_id: MemberId) -> Sequence[MembershipRow]:
        """Latest start first, unknown starts last, then by id."""
        async with self._database.reading() as connection:
            await _ensure_member(connection, tenant_id, member_id)
            rows = await connection.fetch(OF_MEMBER, {"tenant_id": tenant_id, "member_id": member_id})
        return [contracts.membership_line(row) for row in rows]

    async def sold_memberships(
        self, tenant_id: TenantId, wanted: MembershipFilter, *, limit: int, offset: int = 0
    ) -> Page[SoldMembership]:
        """Of one start by id."""
        async with self._database.reading() as connection:
            if wanted.member_id is not None:
                await _ensure_member(connection, tenant_id, wanted.member_id)
            return await sold_memberships(connection, tenant_id, wanted, limit=limit, offset=offset)

    async def leads(self, tenant_id: TenantId, listing: Listing) -> Page[LeadRow]:
        """``q`` looks where it does with members."""
        return await self._people(LEADS, LEAD_KIND, tenant_id, listing)

    async def tasks(self, tenant_id: TenantId, listing: Listing) -> Page[StaffTask]:
        """``q`` looks at the title."""
        return await self._page(TASKS, tenant_id, listing)

    async def users(self, tenant_id: TenantId, listing: Listing) -> Page[User]:
        """``q`` looks at the e-mail address and the name; ``status`` is ``active`` or ``inactive``."""
        return await self._page(USERS, tenant_id, listing)

    async def api_keys(self, tenant_id: TenantId) -> Sequence[ApiKey]:
        """Of one instant, the greater id first."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(API_KEYS, {"tenant_id": tenant_id})
        return [identity.api_key(row) for row in rows]

    async def runs(
        self,
        tenant_id: TenantId,
        *,
        limit: int,
        offset: int = 0,
        pushes: bool = True,
        account_id: AccountId | None = None,
        kind: str | None = None,
        state: RunState | None = None,
    ) -> Sequence[Run]:
        """By start; of one instant, the greater id first."""
        wanted = {"account_id": account_id, "kind": kind, "state": state}
        filters = [SYNC_RUN.c[name] == stored(value) for name, value in wanted.items() if value is not None]
        statement = (RUNS if pushes else SYNCS).where(*filters)
        parameters = {"tenant_id": tenant_id, "limit": limit, "offset": offset}
        async with self._database.reading() as connection:
            rows = await connection.fetch(statement, parameters, long=bool(filters or offset))
        return [sync.run(row) for row in rows]

    async def conflicts(
        self, tenant_id: TenantId, wanted: ConflictFilter, *, limit: int, offset: int = 0
    ) -> Page[Conflict]:
        """By when they were opened; of one instant, the greater id first."""
        columns = attrs.asdict(wanted, recurse=False)
        async with self._database.reading() as connection:
            return await CONFLICTS.page(connection, tenant_id, columns, limit=limit, offset=offset)

    async def pushes(
        self, tenant_id: TenantId, *, limit: int, offset: int = 0, state: PushState | None = None
    ) -> Page[Push]:
        """By when they were made; of one instant, the greater id first."""
        async with self._database.reading() as connection:
            return await PUSHES.page(connection, tenant_id, {"state": state}, limit=limit, offset=offset)

    async def counts(self, tenant_id: TenantId) -> Mapping[str, Mapping[str, int]]:
        """Only the statuses that occur."""
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        async with self._database.reading() as connection:
            for kind, statement in COUNTS.items():
                rows = await connection.fetch(statement, {"tenant_id": tenant_id}, long=True)
                found[kind] = {str(status): int(count) for status, count in rows}
        return found

    async def _people(self, listed: Listed[R], kind: str, tenant_id: TenantId, listing: Listing) -> Page[R]:
        """Their ids come first; their links are put last."""
        async with self._database.reading() as connection:
            rows, count = await _read(connection, listed, tenant_id, listing)
            links = await links_of(connection, tenant_id, kind, [row[0] for row in rows])
        return Page(tuple(listed.show((*row, links.get(row[0], ()))) for row in rows), count)

    async def _page(self, listed: Listed[R], tenant_id: TenantId, listing: Listing) -> Page[R]:
        async with self._database.reading() as connection:
            rows, count = await _read(connection, listed, tenant_id, listing)
        return Page(tuple(listed.show(row) for row in rows), count)


async def _ensure_member(connection: Connection, tenant_id: TenantId, member_id: MemberId) -> None:
    if not await connection.fetch(HAS_MEMBER, {"tenant_id": tenant_id, "id": member_id}):
        raise NotFound("member", member_id)


async def _read(
    connection: Connection, listed: Listed[R], tenant_id: TenantId, listing: Listing
) -> tuple[Sequence[Row], int]:
    parameters = {"tenant_id": tenant_id}
    rows = await connection.fetch(_window(listed, listing), parameters, long=listed.is_long(listing))
    return rows, await _count_all(connection, listed, listing, tenant_id, rows_seen=len(rows))


# The same windows are asked for again and again, and to put a statement together takes longer than SQLite with it.
_window = lru_cache(maxsize=256)(Listed.page)
_total = lru_cache(maxsize=256)(Listed.count)


async def _count_all(
    connection: Connection, listed: Listed[R], listing: Listing, tenant_id: TenantId, *, rows_seen: int
) -> int:
    if 0 < rows_seen < listing.limit or (rows_seen == 0 and listing.offset == 0):
        return listing.offset + rows_seen
    rows = await connection.fetch(_total(listed, listing), {"tenant_id": tenant_id}, long=True)
    return int(rows[0][0])
