"""Conflicts in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from uuid import UUID

from ...application.ports.sync_books import Conflicts
from ...domain.shared.ids import AccountId, ConflictId, TenantId
from ...domain.sync.conflict import Conflict, ConflictState
from ...domain.sync.decision import WHOLE
from ..grouping import grouped
from .entities import MemoryVersioned
from .tables import Draft


class MemoryConflicts(MemoryVersioned[Conflict, ConflictId], Conflicts):
    """Conflicts."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Conflict]) -> None:
        super().__init__("conflict", tenant_id, rows, self._same_question)

    async def open_of(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Conflict]]:
        """Copies."""
        keys = ((account_id, kind, external_id) for external_id in dict.fromkeys(external_ids))
        rows = chain.from_iterable(self._rows.among("open record", key) for key in keys)
        return grouped(map(self._rows.copy, sorted(rows, key=lambda c: c.field)), lambda c: c.external_id)

    async def about(self, account_id: AccountId, kind: str, local_id: UUID) -> Sequence[Conflict]:
        """Copies, one by one."""
        return [
            self._rows.copy(each)
            for each in self._rows.among("open side", (account_id, kind))
            if (each.field == WHOLE and each.local_id == local_id) or str(local_id) in each.candidates
        ]

    async def count_open(self, account_id: AccountId, kind: str) -> int:
        """One by one."""
        return sum(1 for _ in self._rows.among("open side", (account_id, kind)))

    def _same_question(self, one: Conflict) -> Iterable[Conflict]:
        if one.state is not ConflictState.OPEN:
            return ()
        return self._rows.among("open", (one.account_id, one.kind, one.external_id, one.field))
