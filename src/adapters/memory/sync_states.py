"""How syncs stand, and what is due, in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from ...application.ports.sync_books import DueRecords, SyncStates
from ...domain.shared.ids import AccountId
from ...domain.sync.state import SyncState
from .store import Due, RecordKey
from .tables import Draft


class MemorySyncStates(SyncStates):
    """By account and kind."""

    def __init__(self, rows: Draft[tuple[AccountId, str], SyncState]) -> None:
        self._rows = rows

    async def get(self, account_id: AccountId, kind: str) -> SyncState:
        """What was kept, or a fresh one."""
        return self._rows.find((account_id, kind)) or SyncState(account_id=account_id, kind=kind)

    async def all(self) -> Sequence[SyncState]:
        """By key."""
        return sorted(self._rows.all(), key=lambda state: (state.account_id, state.kind))

    async def put(self, state: SyncState) -> None:
        """Keep it."""
        self._rows.put((state.account_id, state.kind), state)


class MemoryDueRecords(DueRecords):
    """Keys."""

    def __init__(self, rows: Draft[RecordKey, Due]) -> None:
        self._rows = rows

    async def all(self, account_id: AccountId, kind: str) -> Mapping[str, int]:
        """A copy."""
        return {external_id: times for _, _, external_id, times in self._rows.among("side", (account_id, kind))}

    async def add(self, account_id: AccountId, kind: str, external_ids: Iterable[str]) -> None:
        """Those that are not there yet."""
        for external_id in external_ids:
            key = (account_id, kind, external_id)
            if key not in self._rows:
                self._rows.put(key, (*key, 1))

    async def renew(self, account_id: AccountId, kind: str, external_id: str) -> None:
        """Count it."""
        key = (account_id, kind, external_id)
        there = self._rows.find(key)
        self._rows.put(key, (*key, 1 if there is None else there[3] + 1))

    async def remove(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """Forget them."""
        for external_id in external_ids:
            self._rows.remove((account_id, kind, external_id))

    async def settle(self, account_id: AccountId, kind: str, seen: Mapping[str, int]) -> None:
        """Forget those of the same number."""
        now = await self.all(account_id, kind)
        await self.remove(account_id, kind, [key for key, times in seen.items() if now.get(key) == times])
