"""Links between our records and those of providers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select

from ....application.ports.repositories import SyncRecords
from ....domain.shared.errors import StorageConflict
from ....domain.shared.ids import AccountId, RunId, TenantId
from ....domain.sync.record import SyncRecord
from ..connection import Transaction
from ..hints import few, unsought
from ..mappers import sync as mappers
from ..tables import FORMER_ID, SYNC_RECORD
from .edited import EditedRecords
from .entities import rows_of
from .slices import in_slices

_side = (SYNC_RECORD.c.account_id == bindparam("account_id"), SYNC_RECORD.c.kind == bindparam("kind"))
OF_SIDE = rows_of(SYNC_RECORD).where(*_side)
FINGERPRINTS = select(SYNC_RECORD.c.external_id, SYNC_RECORD.c.fingerprint).where(
    SYNC_RECORD.c.tenant_id == bindparam("tenant_id"), *_side
)
OF_LOCAL = (
    rows_of(SYNC_RECORD)
    .where(SYNC_RECORD.c.kind == bindparam("kind"), few(SYNC_RECORD.c.local_id == bindparam("local_id")))
    .order_by(SYNC_RECORD.c.account_id, SYNC_RECORD.c.external_id)
)
OF_LOCALS = (
    rows_of(SYNC_RECORD)
    .where(*_side, few(SYNC_RECORD.c.local_id.in_(bindparam("local_ids", expanding=True))))
    .order_by(SYNC_RECORD.c.external_id)
)

_own_side = (SYNC_RECORD.c.tenant_id == bindparam("tenant_id"), *_side)
EXTERNAL_IDS = (
    select(SYNC_RECORD.c.external_id)
    .where(*_own_side, SYNC_RECORD.c.external_id > bindparam("after"))
    .order_by(SYNC_RECORD.c.external_id)
    .limit(bindparam("limit"))
)
LINKS_OF_RUN = (
    rows_of(SYNC_RECORD)
    .where(few(SYNC_RECORD.c.run_id == bindparam("run_id")))
    .order_by(SYNC_RECORD.c.account_id, SYNC_RECORD.c.kind, SYNC_RECORD.c.external_id)
    .limit(bindparam("limit"))
)
_UNLINK = delete(SYNC_RECORD).where(*_own_side, SYNC_RECORD.c.external_id.in_(bindparam("ids", expanding=True)))
_former_side = (
    FORMER_ID.c.tenant_id == bindparam("tenant_id"),
    FORMER_ID.c.account_id == bindparam("account_id"),
    FORMER_ID.c.kind == bindparam("kind"),
)
FORMER = select(FORMER_ID.c.external_id, FORMER_ID.c.local_id).where(*_former_side)
ANY_FORMER = select(FORMER_ID.c.external_id).where(*_former_side).limit(1)
_BORNE_AGAIN = delete(FORMER_ID).where(*_former_side, FORMER_ID.c.external_id.in_(bindparam("ids", expanding=True)))


@lru_cache(maxsize=8)
def counting(kinds: int) -> Select[Any]:
    """How many links an account has of so many kinds, ``kind_0`` and so on: in one look at its links, which takes most
    of the time.
    """
    counted: list[ColumnElement[Any]] = [
        func.count().filter(SYNC_RECORD.c.kind == bindparam(f"kind_{number}")) for number in range(kinds)
    ]
    return select(*counted).where(
        SYNC_RECORD.c.tenant_id == bindparam("tenant_id"),
        unsought(SYNC_RECORD.c.account_id) == bindparam("account_id"),
    )


class SqlSyncRecords(SyncRecords):
    """The table ``sync_record``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, edited: EditedRecords) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id
        self._edited = edited

    async def by_external_ids(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, SyncRecord]:
        """By primary key."""
        statement = self._transaction.among(OF_SIDE, SYNC_RECORD.c.external_id, external_ids)
        rows = await self._transaction.fetch(statement, self._of(account_id=account_id, kind=kind), long=True)
        records = map(mappers.sync_record, rows)
        return {record.external_id: record for record in records}

    async def fingerprints(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, bytes]:
        """By primary key, as the driver gives them."""
        statement = self._transaction.among(FINGERPRINTS, SYNC_RECORD.c.external_id, external_ids)
        rows = await self._transaction.fetch_raw(statement, self._of(account_id=account_id, kind=kind))
        return dict(rows)

    async def of_local(self, kind: str, local_id: UUID) -> Sequence[SyncRecord]:
        """By account and external id."""
        rows = await self._transaction.fetch(OF_LOCAL, self._of(kind=kind, local_id=local_id))
        return [mappers.sync_record(row) for row in rows]

    async def of_locals(
        self, account_id: AccountId, kind: str, local_ids: Collection[UUID]
    ) -> Mapping[UUID, SyncRecord]:
        """By index."""
        found: dict[UUID, SyncRecord] = {}
        for slice_ in in_slices(local_ids):
            parameters = self._of(account_id=account_id, kind=kind, local_ids=slice_)
            rows = await self._transaction.fetch(OF_LOCALS, parameters)
            for record in map(mappers.sync_record, rows):
                found.setdefault(record.local_id, record)
        return found

    async def edited(self, account_id: AccountId, kind: str) -> Collection[str]:
        """From the marks that saves leave."""
        return await self._edited.of(account_id, kind)

    async def edited_anyhow(self, account_id: AccountId, kind: str) -> Collection[str]:
        """In one look at all links of the account and their records."""
        return await self._edited.among_all(account_id, kind)

    async def counts(self, account_id: AccountId, kinds: Collection[str]) -> Mapping[str, int]:
        """By the smallest index."""
        numbered = {f"kind_{number}": kind for number, kind in enumerate(kinds)}
        (row,) = await self._transaction.fetch_raw(counting(len(kinds)), self._of(account_id=account_id, **numbered))
        return dict(zip(kinds, map(int, row), strict=True))

    async def external_ids(self, account_id: AccountId, kind: str, *, after: str, limit: int) -> Sequence[str]:
        """By primary key, which compares byte by byte: by code points."""
        parameters = self._of(account_id=account_id, kind=kind, after=after, limit=limit)
        return [str(key) for (key,) in await self._transaction.fetch_raw(EXTERNAL_IDS, parameters)]

    async def of_run(self, run_id: RunId, *, limit: int) -> Sequence[SyncRecord]:
        """By index."""
        rows = await self._transaction.fetch(LINKS_OF_RUN, self._of(run_id=run_id, limit=limit), long=True)
        return [mappers.sync_record(row) for row in rows]

    async def remove_many(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """In slices."""
        for slice_ in in_slices(external_ids):
            await self._transaction.execute(_UNLINK, self._of(account_id=account_id, kind=kind, ids=slice_))
            self._edited.unlinked(kind)

    async def retire(self, record: SyncRecord) -> None:
        """One delete and one upsert."""
        await self.remove_many(record.account_id, record.kind, [record.external_id])
        row = (self._tenant_id, record.account_id, record.kind, record.external_id, record.local_id)
        await self._transaction.upsert(FORMER_ID, (row,), 1)

    async def former(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> Mapping[str, UUID]:
        """By primary key."""
        statement = self._transaction.among(FORMER, FORMER_ID.c.external_id, external_ids)
        rows = await self._transaction.fetch(statement, self._of(account_id=account_id, kind=kind))
        return {str(external_id): local_id for external_id, local_id in rows}

    async def add_many(self, records: Sequence[SyncRecord]) -> None:
        """In bulk."""
        rows = [mappers.sync_record_row(self._tenant_id, record) for record in records]
        if rows and not await self._transaction.insert(SYNC_RECORD, rows, len(rows)):
            raise StorageConflict("one of the records was linked by somebody else meanwhile")
        await self._borne_again(records)
        for kind in {record.kind for record in records}:
            self._edited.linked_anew(kind, (record.local_id for record in records if record.kind == kind))

    async def put_many(self, records: Sequence[SyncRecord]) -> None:
        """In bulk; of two with one key the later one stays."""
        latest = {(r.account_id, r.kind, r.external_id): r for r in records}
        rows = (mappers.sync_record_row(self._tenant_id, record) for record in latest.values())
        if latest:
            await self._transaction.upsert(SYNC_RECORD, rows, len(latest))
        await self._borne_again(records)
        for kind in {record.kind for record in records}:
            self._edited.linked(kind, (record.local_id for record in records if record.kind == kind))

    async def _borne_again(self, records: Sequence[SyncRecord]) -> None:
        """One look for each side, which finds nothing in a first load, and hardly ever anything later."""
        ids: defaultdict[tuple[AccountId, str], set[str]] = defaultdict(set)
        for record in records:
            ids[record.account_id, record.kind].add(record.external_id)
        for (account_id, kind), external_ids in ids.items():
            side = self._of(account_id=account_id, kind=kind)
            if await self._transaction.fetch_raw(ANY_FORMER, side):
                for slice_ in in_slices(sorted(external_ids)):
                    await self._transaction.execute(_BORNE_AGAIN, {**side, "ids": slice_})

    def _of(self, **parameters: object) -> dict[str, object]:
        return {"tenant_id": self._tenant_id, **parameters}
