"""How syncs stand, and what is due."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, select

from ....application.ports.sync_books import DueRecords, SyncStates
from ....domain.shared.errors import StorageConflict
from ....domain.shared.ids import AccountId
from ....domain.sync.state import SyncState
from ..mappers import sync_states as mappers
from ..tables import DUE_RECORD, SYNC_STATE
from .entities import rows_of
from .rows import Rows
from .slices import in_slices

_ACCOUNT: BindParameter[Any] = bindparam("account_id")
_KIND: BindParameter[Any] = bindparam("kind")
_state, _due = SYNC_STATE.c, DUE_RECORD.c

STATE = rows_of(SYNC_STATE).where(_state.account_id == _ACCOUNT, _state.kind == _KIND)
STATES = rows_of(SYNC_STATE).order_by(_state.account_id, _state.kind)

_due_side = (_due.tenant_id == bindparam("tenant_id"), _due.account_id == _ACCOUNT, _due.kind == _KIND)
DUE = select(_due.external_id).where(*_due_side)
_NOT_DUE = delete(DUE_RECORD).where(*_due_side, _due.external_id.in_(bindparam("ids", expanding=True)))


class SqlSyncStates(Rows, SyncStates):
    """The table ``sync_state``."""

    async def get(self, account_id: AccountId, kind: str) -> SyncState:
        """By primary key."""
        rows = await self._fetch(STATE, account_id=account_id, kind=kind)
        return mappers.state(rows[0]) if rows else SyncState(account_id=account_id, kind=kind)

    async def all(self) -> Sequence[SyncState]:
        """By primary key."""
        return [mappers.state(row) for row in await self._fetch(STATES)]

    async def put(self, state: SyncState) -> None:
        """One upsert."""
        await self._transaction.upsert(SYNC_STATE, (mappers.state_row(self._tenant_id, state),), 1)


class SqlDueRecords(Rows, DueRecords):
    """The table ``due_record``."""

    async def all(self, account_id: AccountId, kind: str) -> Collection[str]:
        """By primary key."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return {str(external_id) for (external_id,) in await self._transaction.fetch_raw(DUE, parameters)}

    async def add(self, account_id: AccountId, kind: str, external_ids: Iterable[str]) -> None:
        """Those that are not there yet. Raises StorageConflict when somebody else adds one of them at this moment."""
        wanted = list(dict.fromkeys(external_ids))
        if not wanted:
            return
        known = self._transaction.among(DUE, _due.external_id, wanted)
        there = {row[0] for row in await self._fetch(known, account_id=account_id, kind=kind)}
        rows = [(self._tenant_id, account_id, kind, key) for key in wanted if key not in there]
        if rows and not await self._transaction.insert(DUE_RECORD, rows, len(rows)):
            raise StorageConflict("one of the records became due by somebody else meanwhile")

    async def remove(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """In slices."""
        for slice_ in in_slices(external_ids):
            parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind, "ids": slice_}
            await self._transaction.execute(_NOT_DUE, parameters)
