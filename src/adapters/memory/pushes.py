"""Pushes in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from heapq import nsmallest
from itertools import chain
from uuid import UUID

from ...application.ports.sync_books import Pushes
from ...domain.shared.ids import AccountId, PushId, TenantId
from ...domain.sync.push import Push, PushState
from ..grouping import grouped
from .entities import MemoryEntities
from .tables import Draft

_UNANSWERED = {PushState.WAITING, PushState.REFUSED, PushState.UNSURE}


class MemoryPushes(MemoryEntities[Push, PushId], Pushes):
    """Pushes."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Push]) -> None:
        super().__init__("push", tenant_id, rows, self._same_creation)

    async def waiting(self, account_id: AccountId, kind: str, *, limit: int) -> Sequence[Push]:
        """Copies; of one instant, the smaller id first."""
        rows = self._rows.among("side", (account_id, kind, PushState.WAITING))
        return [self._rows.copy(row) for row in nsmallest(limit, rows, key=_oldest)]

    async def of_records(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Push]]:
        """Copies; of one instant, the smaller id first."""
        keys = ((account_id, kind, external_id) for external_id in dict.fromkeys(external_ids))
        rows = chain.from_iterable(self._rows.among("record", key) for key in keys)
        unanswered = sorted((row for row in rows if row.state in _UNANSWERED), key=_oldest)
        return grouped(map(self._rows.copy, unanswered), lambda push: push.external_id or "")

    async def tried_in_vain(
        self, account_id: AccountId, kind: str, external_id: str, *, since: datetime
    ) -> Sequence[Push]:
        """Copies; of one instant, the smaller id first."""
        rows = self._rows.among("record", (account_id, kind, external_id))
        found = [row for row in rows if row.state is PushState.DROPPED and row.attempts and row.updated_at >= since]
        return [self._rows.copy(row) for row in sorted(found, key=_oldest)]

    async def creating(self, account_id: AccountId, kind: str) -> Collection[UUID]:
        """Of those that wait, were refused or are unsure."""
        rows = (row for state in _UNANSWERED for row in self._rows.among("side", (account_id, kind, state)))
        return {row.local_id for row in rows if row.external_id is None}

    async def creations(self, account_id: AccountId, kind: str, local_ids: Collection[UUID]) -> Mapping[UUID, Push]:
        """Copies; of one instant, the one with the greater id."""
        wanted = frozenset(local_ids)
        rows = (row for state in _UNANSWERED for row in self._rows.among("side", (account_id, kind, state)))
        found = sorted((row for row in rows if row.external_id is None and row.local_id in wanted), key=_oldest)
        return {row.local_id: self._rows.copy(row) for row in found}

    async def sent_unanswered(self, account_id: AccountId, kind: str) -> Sequence[Push]:
        """Copies; of one instant, the smaller id first."""
        states = (PushState.WAITING, PushState.UNSURE)
        rows = (row for state in states for row in self._rows.among("side", (account_id, kind, state)))
        return [self._rows.copy(row) for row in sorted((row for row in rows if row.was_sent), key=_oldest)]

    async def count_waiting(self, account_id: AccountId, kind: str) -> int:
        """One by one."""
        return sum(1 for _ in self._rows.among("side", (account_id, kind, PushState.WAITING)))

    def _same_creation(self, one: Push) -> Iterable[Push]:
        if not _may_make(one):
            return ()
        return filter(_may_make, self._rows.among("making", (one.kind, one.local_id)))


def _may_make(push: Push) -> bool:
    return push.external_id is None and push.may_be_made


def _oldest(push: Push) -> tuple[object, ...]:
    return (push.created_at, push.id)
