"""Reads of inboxes and deliveries, straight from the tables."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from ...application.ports.inboxes import (
    COUNTED,
    DELIVERY_ORDER,
    DeliveryFigure,
    DeliveryListing,
    DeliveryRow,
    Door,
    InboxReaders,
    WaitingDelivery,
)
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import TenantId
from ...domain.shared.page import Page
from ...domain.webhooks.delivery import DeliveryState
from .connection import Database
from .mappers import inbox as mappers
from .mappers import tenancy
from .repositories.inbox import IS_WAITING, filtered
from .tables import DELIVERY, INBOX, PROVIDER_ACCOUNT, TENANT, entity_columns

# So many lines are passed over in well under a millisecond.
_FAR = 1_000
_inbox_columns = entity_columns(INBOX)
BY_KEY = (
    select(*_inbox_columns, *entity_columns(PROVIDER_ACCOUNT))
    .join_from(
        INBOX,
        PROVIDER_ACCOUNT,
        (PROVIDER_ACCOUNT.c.tenant_id == INBOX.c.tenant_id) & (PROVIDER_ACCOUNT.c.id == INBOX.c.id),
    )
    .where(INBOX.c.key == bindparam("key"))
)
_LINE = select(
    *(
        DELIVERY.c[name]
        for name in (
            "id",
            "account_id",
            "provider",
            "delivery_key",
            "received_at",
            "correlation_id",
            "type",
            "state",
            "reason",
            "attempts",
            "processed_at",
            "subject",
            "duplicates",
            "size",
        )
    )
)
_COUNT = select(func.count()).select_from(DELIVERY)
# Tenant by tenant, so that the index of the states serves.
_EVERYWHERE = DELIVERY.c.tenant_id.in_(select(TENANT.c.id))
WAITING = (
    select(DELIVERY.c.tenant_id, DELIVERY.c.id, DELIVERY.c.received_at, DELIVERY.c.correlation_id, DELIVERY.c.replays)
    .where(_EVERYWHERE, IS_WAITING, DELIVERY.c.received_at < bindparam("before"))
    .order_by(DELIVERY.c.received_at, DELIVERY.c.id)
    .limit(bindparam("limit"))
)
FIGURES = (
    select(DELIVERY.c.state, func.count(), func.min(DELIVERY.c.received_at))
    .where(_EVERYWHERE, DELIVERY.c.state.in_(sorted(state.value for state in COUNTED)))
    .group_by(DELIVERY.c.state)
    .order_by(DELIVERY.c.state)
)


class SqlInboxReaders(InboxReaders):
    """Sees what is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_key(self, key: str) -> Door | None:
        """One look-up."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(BY_KEY, {"key": key})
        if not rows:
            return None
        width = len(_inbox_columns)
        return Door(mappers.inbox(rows[0][:width]), tenancy.account(rows[0][width:]))

    async def page(self, tenant_id: TenantId, wanted: DeliveryListing) -> Page[DeliveryRow]:
        """A window and its count are read one after the other."""
        window = wanted.window
        if window.order_by not in (None, *DELIVERY_ORDER):
            raise InvalidValue(f"this list is ordered by {', '.join(DELIVERY_ORDER)}", field="order_by")
        order = (DELIVERY.c.received_at, DELIVERY.c.id)
        ordered = [column.desc() for column in order] if window.descending else order
        statement = filtered(_LINE, wanted.filter).order_by(*ordered).limit(window.limit).offset(window.offset)
        # A provider's deliveries may lie far apart.
        long = window.offset > _FAR or wanted.filter.provider is not None
        async with self._database.reading() as connection:
            rows = await connection.fetch(statement, {"tenant_id": tenant_id}, long=long)
            if 0 < len(rows) < window.limit or (not rows and window.offset == 0):
                count = window.offset + len(rows)
            else:
                counted = await connection.fetch(filtered(_COUNT, wanted.filter), {"tenant_id": tenant_id}, long=True)
                count = int(counted[0][0])
        return Page(tuple(map(mappers.delivery_line, rows)), count)

    async def waiting(self, *, before: datetime, limit: int) -> Sequence[WaitingDelivery]:
        """Oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(WAITING, {"before": before, "limit": limit}, long=True)
        return [
            WaitingDelivery(
                tenant_id=row[0], delivery_id=row[1], received_at=row[2], correlation_id=row[3], replays=row[4]
            )
            for row in rows
        ]

    async def figures(self) -> Sequence[DeliveryFigure]:
        """From the index of the states."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(FIGURES, long=True)
        return [
            DeliveryFigure(state=DeliveryState(row[0]), count=int(row[1]), oldest_received_at=row[2]) for row in rows
        ]
