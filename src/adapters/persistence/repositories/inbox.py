"""Inboxes, deliveries, and how far their subjects have come."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, literal, select, update

from ....application.ports.inboxes import Deliveries, DeliveryFilter, Inboxes
from ....domain.shared.errors import NotFound, StaleVersion, StorageConflict
from ....domain.shared.ids import AccountId, DeliveryId
from ....domain.webhooks.delivery import Delivery, DeliveryState
from ....domain.webhooks.inbox import Inbox
from ....domain.webhooks.standing import Standing
from ..mappers import inbox as mappers
from ..mappers.values import Row
from ..tables import DELIVERY, INBOX, SUBJECT_STANDING
from .entities import Shape, SqlVersioned, rows_of

INBOXES = Shape("inbox", INBOX, mappers.inbox_row, mappers.inbox)
DELIVERIES = Shape("delivery", DELIVERY, mappers.delivery_row, mappers.delivery)

# The rest of a delivery stays as it came; its duplicates are counted where they arrive.
_CHANGING = ("type", "state", "reason", "attempts", "processed_at", "business_key", "subject", "replays", "version")

_own = (DELIVERY.c.tenant_id == bindparam("tenant_id"), DELIVERY.c.account_id == bindparam("account_id"))
DONE_WITH_CONTENT = (
    select(DELIVERY.c.id)
    .where(
        *_own,
        DELIVERY.c.content_hash == bindparam("content_hash"),
        # Written out: neither database sees from a parameter that the partial index holds what is asked for.
        DELIVERY.c.state == literal(DeliveryState.DONE.value, literal_execute=True),
    )
    .limit(1)
)
IS_WAITING = DELIVERY.c.state == DeliveryState.RECEIVED.value
WAITING = (
    rows_of(DELIVERY)
    .where(DELIVERY.c.account_id == bindparam("account_id"), IS_WAITING)
    .order_by(DELIVERY.c.received_at, DELIVERY.c.id)
    .limit(bindparam("limit"))
)
STANDING = rows_of(SUBJECT_STANDING).where(
    SUBJECT_STANDING.c.account_id == bindparam("account_id"),
    SUBJECT_STANDING.c.subject_kind == bindparam("subject_kind"),
    SUBJECT_STANDING.c.subject_id == bindparam("subject_id"),
)
_COUNT_DUPLICATE = (
    update(DELIVERY)
    .where(
        DELIVERY.c.tenant_id == bindparam("own_tenant"),
        DELIVERY.c.account_id == bindparam("own_account"),
        DELIVERY.c.delivery_key == bindparam("own_key"),
    )
    .values(duplicates=DELIVERY.c.duplicates + 1)
)
_SAVE = (
    update(DELIVERY)
    .where(
        DELIVERY.c.tenant_id == bindparam("own_tenant"),
        DELIVERY.c.id == bindparam("own_id"),
        DELIVERY.c.version == bindparam("read_version"),
    )
    .values({name: bindparam(name) for name in _CHANGING})
)


class SqlInboxes(SqlVersioned[Inbox, AccountId], Inboxes):
    """The table ``inbox``."""

    async def all(self) -> Sequence[Inbox]:
        """Sorted here: there are few."""
        return sorted(await self._select(rows_of(INBOX)), key=lambda inbox: (inbox.provider, inbox.id))

    async def of_provider(self, provider: str) -> Sequence[Inbox]:
        """Among the few that there are."""
        return [inbox for inbox in await self.all() if inbox.provider == provider]


class SqlDeliveries(SqlVersioned[Delivery, DeliveryId], Deliveries):
    """The tables ``delivery`` and ``subject_standing``."""

    async def save(self, entity: Delivery) -> None:
        """Only what may change: the body stays where it is."""
        row = dict(zip(DELIVERY.c.keys(), self._row(entity), strict=True))
        values = {name: row[name] for name in _CHANGING}
        key = {"own_tenant": self._tenant_id, "own_id": entity.id, "read_version": entity.version}
        if not await self._transaction.execute(_SAVE, {**values, **key, "version": entity.version + 1}):
            await self.get(entity.id)
            raise StaleVersion(f"delivery {entity.id} was changed meanwhile", kind="delivery", id=str(entity.id))
        entity.version += 1

    async def add_new(self, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        """All at once; when that meets one that is there, one by one."""
        for delivery in deliveries:
            delivery.version = 1
        rows = [self._row(delivery) for delivery in deliveries]
        if len({(d.account_id, d.delivery_key) for d in deliveries}) == len(rows) and await self._insert(rows):
            return [True] * len(rows)
        added = []
        for delivery, row in zip(deliveries, rows, strict=True):
            is_new = await self._insert([row])
            if not is_new:
                await self._count_duplicate(delivery)
            added.append(is_new)
        return added

    async def done_with_content(self, account_id: AccountId, content_hash: bytes) -> DeliveryId | None:
        """By index."""
        key = {"tenant_id": self._tenant_id, "account_id": account_id, "content_hash": content_hash}
        rows = await self._transaction.fetch(DONE_WITH_CONTENT, key)
        return DeliveryId(rows[0][0]) if rows else None

    async def waiting(self, account_id: AccountId, *, limit: int) -> Sequence[Delivery]:
        """By index of the state: what waits for other accounts is passed over."""
        return await self._select(WAITING, account_id=account_id, limit=limit)

    async def matching(self, wanted: DeliveryFilter, *, limit: int) -> Sequence[DeliveryId]:
        """By index of the instant."""
        statement = filtered(select(DELIVERY.c.id), wanted).order_by(DELIVERY.c.received_at, DELIVERY.c.id)
        rows = await self._transaction.fetch(statement.limit(limit), {"tenant_id": self._tenant_id})
        return [DeliveryId(row[0]) for row in rows]

    async def standing(self, account_id: AccountId, subject_kind: str, subject_id: str) -> Standing | None:
        """By primary key."""
        key = {"account_id": account_id, "subject_kind": subject_kind, "subject_id": subject_id}
        rows = await self._transaction.fetch(STANDING, {"tenant_id": self._tenant_id, **key})
        return mappers.standing(rows[0]) if rows else None

    async def put_standing(self, standing: Standing) -> None:
        """Insert the first version, update to the next one."""
        if standing.tenant_id != self._tenant_id:
            raise NotFound("subject", standing.subject_id)
        standing.version += 1
        row = mappers.standing_row(standing)
        if standing.version == 1:
            written = await self._transaction.insert(SUBJECT_STANDING, (row,), 1)
        else:
            written = await self._transaction.update(SUBJECT_STANDING, row)
        if not written:
            standing.version -= 1
            raise StorageConflict("the subject was moved by somebody else meanwhile")

    async def _insert(self, rows: Sequence[Row]) -> bool:
        return await self._transaction.insert(DELIVERY, rows, len(rows))

    async def _count_duplicate(self, delivery: Delivery) -> None:
        key = {"own_tenant": self._tenant_id, "own_account": delivery.account_id, "own_key": delivery.delivery_key}
        await self._transaction.execute(_COUNT_DUPLICATE, key)


def filtered(statement: Select[Any], wanted: DeliveryFilter) -> Select[Any]:
    """Only the tenant's (``:tenant_id``) that are meant."""
    statement = statement.where(DELIVERY.c.tenant_id == bindparam("tenant_id"))
    if wanted.provider is not None:
        statement = statement.where(DELIVERY.c.provider == wanted.provider)
    if wanted.states is not None:
        statement = statement.where(DELIVERY.c.state.in_(sorted(state.value for state in wanted.states)))
    if wanted.since is not None:
        statement = statement.where(DELIVERY.c.received_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(DELIVERY.c.received_at < wanted.until)
    return statement
