"""Conflicts in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from uuid import UUID

from ...application.events import Outbox
from ...application.ports.sync_books import Conflicts
from ...domain.shared.ids import AccountId, ConflictId, TenantId
from ...domain.sync.conflict import PAIRING, Conflict, ConflictState
from ..grouping import about_whom, grouped
from .entities import MemoryVersioned
from .tables import Draft


class MemoryConflicts(MemoryVersioned[Conflict, ConflictId], Conflicts):
    """Conflicts."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Conflict], outbox: Outbox) -> None:
        super().__init__("conflict", tenant_id, rows, self._same_question)
        self._outbox = outbox

    async def add(self, entity: Conflict) -> None:
        """Keep a copy."""
        await super().add(entity)
        self._outbox.take((entity,))

    async def save(self, entity: Conflict) -> None:
        """Keep a copy instead of the former one."""
        await super().save(entity)
        self._outbox.take((entity,))

    async def open_of(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Conflict]]:
        """Copies."""
        keys = ((account_id, kind, external_id) for external_id in dict.fromkeys(external_ids))
        rows = chain.from_iterable(self._rows.among("open record", key) for key in keys)
        return grouped(map(self._rows.copy, sorted(rows, key=lambda c: c.field)), lambda c: c.external_id)

    async def in_doubt(self, account_id: AccountId, kind: str) -> Collection[str]:
        """One by one."""
        rows = self._rows.among("open side", (account_id, kind))
        return {each.external_id for each in rows if each.field == PAIRING}

    async def about(self, kind: str, local_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Conflict]]:
        """Copies, one by one."""
        rows = [each for each in self._rows.all() if each.kind == kind and each.state is ConflictState.OPEN]
        rows.sort(key=lambda each: (each.opened_at, each.id))
        return about_whom(map(self._rows.copy, rows), local_ids)

    async def count_open(self, account_id: AccountId, kind: str) -> int:
        """One by one."""
        return sum(1 for _ in self._rows.among("open side", (account_id, kind)))

    def _same_question(self, one: Conflict) -> Iterable[Conflict]:
        if one.state is not ConflictState.OPEN:
            return ()
        return self._rows.among("open", (one.account_id, one.kind, one.external_id, one.field))
