"""Lists of what a sync keeps: newest first, filtered by equality."""

import enum
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import attrs
from sqlalchemy import Column, Table, bindparam, func, select

from ...domain.shared.ids import TenantId
from ...domain.shared.page import Page
from ...domain.sync.conflict import Conflict
from ...domain.sync.push import Push
from .connection import Connection
from .mappers.conflicts import conflict
from .mappers.pushes import push
from .mappers.values import Row
from .repositories.entities import rows_of
from .tables import SYNC_CONFLICT, SYNC_PUSH

T = TypeVar("T")


@attrs.frozen
class Newest(Generic[T]):
    """A table's rows by an instant, newest first; of one instant, the greater id first."""

    table: Table
    at: Column[datetime]
    show: Callable[[Row], T]

    async def page(
        self, connection: Connection, tenant_id: TenantId, wanted: Mapping[str, object], *, limit: int, offset: int
    ) -> Page[T]:
        """A window and its count, read one after the other. ``wanted``: columns and what they are, None for any."""
        of_tenant, columns = {"tenant_id": tenant_id}, self.table.c
        filters = [columns[name] == stored(value) for name, value in wanted.items() if value is not None]
        newest = rows_of(self.table).where(*filters).order_by(self.at.desc(), columns.id.desc())
        rows = await connection.fetch(newest.limit(limit).offset(offset), of_tenant, long=True)
        if 0 < len(rows) < limit or (not rows and offset == 0):
            return Page(tuple(map(self.show, rows)), offset + len(rows))
        count = select(func.count()).select_from(self.table).where(columns.tenant_id == bindparam("tenant_id"))
        ((total,),) = await connection.fetch(count.where(*filters), of_tenant, long=True)
        return Page(tuple(map(self.show, rows)), int(total))


def stored(value: object) -> Any:
    """What a column holds for a word, an id or a text."""
    if isinstance(value, enum.Enum):
        return value.value
    return value if isinstance(value, UUID) else str(value)


CONFLICTS: Newest[Conflict] = Newest(SYNC_CONFLICT, SYNC_CONFLICT.c.opened_at, conflict)
PUSHES: Newest[Push] = Newest(SYNC_PUSH, SYNC_PUSH.c.created_at, push)
