"""The list of everybody's memberships: a window first, then the names of its members."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select

from ...application.ports.readers import MembershipFilter, SoldMembership
from ...domain.shared.ids import TenantId
from ...domain.shared.page import Page
from .connection import Connection
from .mappers.contracts import membership_line
from .repositories.entities import rows_of
from .repositories.gym import LATEST_START_FIRST
from .tables import MEMBER, MEMBERSHIP

_NAMES = select(MEMBER.c.id, MEMBER.c.first_name, MEMBER.c.last_name).where(
    MEMBER.c.tenant_id == bindparam("tenant_id"), MEMBER.c.id.in_(bindparam("ids", expanding=True))
)
_COUNT = select(func.count()).select_from(MEMBERSHIP).where(MEMBERSHIP.c.tenant_id == bindparam("tenant_id"))


async def sold_memberships(
    connection: Connection, tenant_id: TenantId, wanted: MembershipFilter, *, limit: int, offset: int
) -> Page[SoldMembership]:
    """A window and its count, read one after the other."""
    of_tenant = {"tenant_id": tenant_id}
    columns = {MEMBERSHIP.c.status: wanted.status, MEMBERSHIP.c.member_id: wanted.member_id}
    filters = [column == value for column, value in columns.items() if value is not None]
    window = rows_of(MEMBERSHIP).where(*filters).order_by(*LATEST_START_FIRST).limit(limit).offset(offset)
    rows = [membership_line(row) for row in await connection.fetch(window, of_tenant, long=True)]
    names = await _names(connection, tenant_id, [row.member_id for row in rows])
    items = tuple(SoldMembership(membership=row, member=names.get(row.member_id, "")) for row in rows)
    if 0 < len(rows) < limit or (not rows and offset == 0):
        return Page(items, offset + len(rows))
    ((total,),) = await connection.fetch(_COUNT.where(*filters), of_tenant, long=True)
    return Page(items, int(total))


async def _names(connection: Connection, tenant_id: TenantId, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    rows = await connection.fetch(_NAMES, {"tenant_id": tenant_id, "ids": ids}) if ids else []
    return {key: f"{first} {last}".strip() for key, first, last in rows}
