"""Inboxes, deliveries and standings in memory."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from ...application.ports.inboxes import (
    COUNTED,
    DELIVERY_ORDER,
    Deliveries,
    DeliveryFigure,
    DeliveryFilter,
    DeliveryListing,
    DeliveryRow,
    Door,
    Inboxes,
    InboxReaders,
    WaitingDelivery,
)
from ...domain.shared.errors import AlreadyExists, InvalidValue, NotFound, StorageConflict
from ...domain.shared.ids import AccountId, DeliveryId, TenantId
from ...domain.shared.page import Page
from ...domain.webhooks.delivery import Delivery, DeliveryState
from ...domain.webhooks.inbox import Inbox
from ...domain.webhooks.standing import Standing
from .entities import MemoryVersioned
from .identity import anywhere
from .store import MemoryStore, SubjectKey
from .tables import Draft


class MemoryInboxes(MemoryVersioned[Inbox, AccountId], Inboxes):
    """Inboxes."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Inbox], store: MemoryStore) -> None:
        def same_key(inbox: Inbox) -> Iterator[Inbox]:
            return anywhere("key", inbox.key, rows, [room.inboxes for room in store.rooms])

        super().__init__("inbox", tenant_id, rows, same_key)

    async def all(self) -> Sequence[Inbox]:
        """Copies."""
        rows = sorted(self._rows.all(), key=lambda inbox: (inbox.provider, inbox.id))
        return [self._rows.copy(row) for row in rows]

    async def of_provider(self, provider: str) -> Sequence[Inbox]:
        """Copies."""
        return [inbox for inbox in await self.all() if inbox.provider == provider]


class MemoryDeliveries(MemoryVersioned[Delivery, DeliveryId], Deliveries):
    """Deliveries and standings."""

    def __init__(
        self, tenant_id: TenantId, rows: Draft[UUID, Delivery], standings: Draft[SubjectKey, Standing]
    ) -> None:
        super().__init__("delivery", tenant_id, rows, self._with_its_key)
        self._standings = standings

    async def save(self, entity: Delivery) -> None:
        """The duplicates stay as they are counted here."""
        stored = self._rows.find(entity.id)
        if stored is not None:
            entity.duplicates = stored.duplicates
        await super().save(entity)

    async def add_new(self, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        """One by one."""
        return [await self._is_added(delivery) for delivery in deliveries]

    async def done_with_content(self, account_id: AccountId, content_hash: bytes) -> DeliveryId | None:
        """By grouping."""
        same = self._rows.among("content", (account_id, content_hash))
        return next((row.id for row in same if row.state is DeliveryState.DONE), None)

    async def waiting(self, account_id: AccountId, *, limit: int) -> Sequence[Delivery]:
        """Copies."""
        rows = (row for row in self._rows.among("state", DeliveryState.RECEIVED) if row.account_id == account_id)
        return [self._rows.copy(row) for row in sorted(rows, key=_arrival)[:limit]]

    async def matching(self, wanted: DeliveryFilter, *, limit: int) -> Sequence[DeliveryId]:
        """A look at each."""
        rows = sorted((row for row in self._rows.all() if _is_meant(row, wanted)), key=_arrival)
        return [row.id for row in rows[:limit]]

    async def standing(self, account_id: AccountId, subject_kind: str, subject_id: str) -> Standing | None:
        """A copy."""
        row = self._standings.find((account_id, subject_kind, subject_id))
        return None if row is None else self._standings.copy(row)

    async def put_standing(self, standing: Standing) -> None:
        """Keep a copy."""
        if standing.tenant_id != self._tenant_id:
            raise NotFound("subject", standing.subject_id)
        key = (standing.account_id, standing.subject_kind, standing.subject_id)
        stored = self._standings.find(key)
        if (stored.version if stored else 0) != standing.version:
            raise StorageConflict("the subject was moved by somebody else meanwhile")
        standing.version += 1
        self._standings.put(key, standing)

    async def _is_added(self, delivery: Delivery) -> bool:
        try:
            await self.add(delivery)
        except AlreadyExists:
            for row in list(self._with_its_key(delivery)):
                counted = self._rows.copy(row)
                counted.duplicates += 1
                self._rows.put(row.id, counted)
            return False
        return True

    def _with_its_key(self, delivery: Delivery) -> Iterator[Delivery]:
        return self._rows.among("key", (delivery.account_id, delivery.delivery_key))


class MemoryInboxReaders(InboxReaders):
    """Sees what is committed."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def by_key(self, key: str) -> Door | None:
        """Copies."""
        for room in self._store.rooms:
            for _, inbox in room.inboxes.among("key", key):
                account = room.accounts.find(inbox.id)
                if account is not None:
                    return Door(room.inboxes.copy(inbox), room.accounts.copy(account))
        return None

    async def page(self, tenant_id: TenantId, wanted: DeliveryListing) -> Page[DeliveryRow]:
        """A look at each."""
        window = wanted.window
        if window.order_by not in (None, *DELIVERY_ORDER):
            raise InvalidValue(f"this list is ordered by {', '.join(DELIVERY_ORDER)}", field="order_by")
        rows = [row for _, row in self._store.room(tenant_id).deliveries.items() if _is_meant(row, wanted.filter)]
        rows.sort(key=_arrival, reverse=window.descending)
        return Page(tuple(map(_line, rows[window.offset : window.offset + window.limit])), len(rows))

    async def waiting(self, *, before: datetime, limit: int) -> Sequence[WaitingDelivery]:
        """Oldest first."""
        found = [row for row in self._everywhere() if row.state is DeliveryState.RECEIVED and row.received_at < before]
        return [
            WaitingDelivery(
                tenant_id=row.tenant_id,
                delivery_id=row.id,
                received_at=row.received_at,
                correlation_id=row.correlation_id,
                replays=row.replays,
            )
            for row in sorted(found, key=_arrival)[:limit]
        ]

    async def figures(self) -> Sequence[DeliveryFigure]:
        """By state."""
        found: dict[DeliveryState, list[datetime]] = {}
        for row in self._everywhere():
            if row.state in COUNTED:
                found.setdefault(row.state, []).append(row.received_at)
        return [
            DeliveryFigure(state=state, count=len(times), oldest_received_at=min(times))
            for state, times in sorted(found.items(), key=lambda item: item[0].value)
        ]

    def _everywhere(self) -> Iterator[Delivery]:
        return (row for room in self._store.rooms for _, row in room.deliveries.items())


def _arrival(delivery: Delivery) -> tuple[datetime, UUID]:
    return delivery.received_at, delivery.id


def _is_meant(delivery: Delivery, wanted: DeliveryFilter) -> bool:
    return (
        wanted.provider in (None, delivery.provider)
        and (wanted.states is None or delivery.state in wanted.states)
        and (wanted.since is None or delivery.received_at >= wanted.since)
        and (wanted.until is None or delivery.received_at < wanted.until)
    )


def _line(d: Delivery) -> DeliveryRow:
    return DeliveryRow(
        id=d.id,
        account_id=d.account_id,
        provider=d.provider,
        delivery_key=d.delivery_key,
        type=d.type,
        subject=d.subject,
        state=d.state,
        reason=d.reason,
        attempts=d.attempts,
        duplicates=d.duplicates,
        size=len(d.body),
        received_at=d.received_at,
        processed_at=d.processed_at,
        correlation_id=d.correlation_id,
    )
