"""How syncs stand, and what is due."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Executable, bindparam, delete, select, update

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
DUE = select(_due.external_id, _due.times).where(*_due_side)
_ANY_DUE = DUE.limit(1)
_NOT_DUE = delete(DUE_RECORD).where(*_due_side, _due.external_id.in_(bindparam("ids", expanding=True)))

_NOT_DUE_SINCE = _NOT_DUE.where(_due.times == bindparam("times"))
# An update's own parameters have the names of columns.
_RENEWED = (
    update(DUE_RECORD)
    .where(_due.tenant_id == bindparam("of_tenant"), _due.account_id == bindparam("of_account"))
    .where(_due.kind == bindparam("of_kind"), _due.external_id == bindparam("of_record"))
    .values(times=_due.times + 1)
)


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

    async def all(self, account_id: AccountId, kind: str) -> Mapping[str, int]:
        """By primary key."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return {str(external_id): times for external_id, times in await self._transaction.fetch_raw(DUE, parameters)}

    async def add(self, account_id: AccountId, kind: str, external_ids: Iterable[str]) -> None:
        """Those that are not there yet. Raises StorageConflict when somebody else adds one of them at this moment."""
        wanted = list(dict.fromkeys(external_ids))
        if not wanted:
            return
        known = self._transaction.among(DUE, _due.external_id, wanted)
        there = {row[0] for row in await self._fetch(known, account_id=account_id, kind=kind)}
        rows = [(self._tenant_id, account_id, kind, key, 1) for key in wanted if key not in there]
        if rows and not await self._transaction.insert(DUE_RECORD, rows, len(rows)):
            raise StorageConflict("one of the records became due by somebody else meanwhile")

    async def renew(self, account_id: AccountId, kind: str, external_id: str) -> None:
        """An update, and an insert where that finds nothing."""
        key = {"of_tenant": self._tenant_id, "of_account": account_id, "of_kind": kind, "of_record": external_id}
        if not await self._transaction.execute(_RENEWED, key):
            await self.add(account_id, kind, [external_id])

    async def remove(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """In slices. A sync looks at many records, of which mostly none was due: then that is all that is asked."""
        if external_ids and await self._fetch(_ANY_DUE, account_id=account_id, kind=kind):
            await self._each(_NOT_DUE, account_id, kind, external_ids)

    async def settle(self, account_id: AccountId, kind: str, seen: Mapping[str, int]) -> None:
        """In slices of those of one number, of which there are few."""
        for times in sorted(set(seen.values())):
            external_ids = [key for key, counted in seen.items() if counted == times]
            await self._each(_NOT_DUE_SINCE, account_id, kind, external_ids, times=times)

    async def _each(
        self, statement: Executable, account_id: AccountId, kind: str, external_ids: Collection[str], **more: object
    ) -> None:
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind, **more}
        for slice_ in in_slices(external_ids):
            await self._transaction.execute(statement, {**parameters, "ids": slice_})
