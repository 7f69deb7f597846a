"""Links, journal, runs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, select, update

from ....application.ports.clock import IdSource
from ....application.ports.repositories import Journal, Runs, SyncRecords
from ....domain.shared.errors import AlreadyExists, NotFound, StorageConflict
from ....domain.shared.ids import AccountId, EntryId, RunId, TenantId
from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import Run, RunState, SyncError
from ..connection import Transaction
from ..hints import few
from ..mappers import sync as mappers
from ..tables import CHANGE, SYNC_ERROR, SYNC_RECORD, SYNC_RUN
from .edited import EditedRecords
from .entities import Shape, SqlEntities, rows_of
from .slices import in_slices

RUNS = Shape("run", SYNC_RUN, mappers.run_row, mappers.run)

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


_own_side = (SYNC_RECORD.c.tenant_id == bindparam("tenant_id"), *_side)
COUNT_LINKS = select(func.count()).select_from(SYNC_RECORD).where(*_own_side)
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
CHANGE_WITH_ID = rows_of(CHANGE).where(CHANGE.c.id == bindparam("id"))
CHANGES_OF_RUN = (
    rows_of(CHANGE).where(CHANGE.c.run_id == bindparam("run_id")).order_by(CHANGE.c.id).limit(bindparam("limit"))
)
CHANGES_AFTER = CHANGES_OF_RUN.where(CHANGE.c.id > bindparam("after"))
OF_RECORD = (
    rows_of(CHANGE)
    .where(CHANGE.c.kind == bindparam("kind"), CHANGE.c.local_id == bindparam("local_id"))
    .order_by(CHANGE.c.at, CHANGE.c.id)
)
_run_side = (SYNC_RUN.c.account_id == bindparam("account_id"), SYNC_RUN.c.kind == bindparam("kind"))
LAST_RUN = rows_of(SYNC_RUN).where(*_run_side).order_by(SYNC_RUN.c.started_at.desc(), SYNC_RUN.c.id.desc()).limit(1)
LAST_SUCCESS = LAST_RUN.where(SYNC_RUN.c.state == RunState.COMPLETED.value)
# In an update, a parameter may not be called as a column is.
_INTERRUPT = (
    update(SYNC_RUN)
    .where(
        SYNC_RUN.c.tenant_id == bindparam("of_tenant"),
        SYNC_RUN.c.account_id == bindparam("of_account"),
        SYNC_RUN.c.kind == bindparam("of_kind"),
        SYNC_RUN.c.state == RunState.RUNNING.value,
    )
    .values(state=RunState.INTERRUPTED.value, finished_at=bindparam("now"))
)
RECENT_ERRORS = rows_of(SYNC_ERROR).order_by(SYNC_ERROR.c.at.desc(), SYNC_ERROR.c.id.desc()).limit(bindparam("limit"))
# An error is no older than its run: the primary key, which begins with the instant, finds them.
ERRORS_OF_RUN = (
    rows_of(SYNC_ERROR)
    .where(SYNC_ERROR.c.at >= bindparam("since"), SYNC_ERROR.c.run_id == bindparam("run_id"))
    .order_by(SYNC_ERROR.c.at, SYNC_ERROR.c.id)
    .limit(bindparam("limit"))
)
COUNT_ERRORS = select(func.count()).select_from(SYNC_ERROR).where(SYNC_ERROR.c.tenant_id == bindparam("tenant_id"))


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

    async def edited(self, account_id: AccountId, kind: str) -> Collection[str]:
        """From the marks that saves leave."""
        return await self._edited.of(account_id, kind)

    async def count(self, account_id: AccountId, kind: str) -> int:
        """By primary key."""
        rows = await self._transaction.fetch_raw(COUNT_LINKS, self._of(account_id=account_id, kind=kind))
        return int(rows[0][0])

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

    async def add_many(self, records: Sequence[SyncRecord]) -> None:
        """In bulk."""
        rows = [mappers.sync_record_row(self._tenant_id, record) for record in records]
        if rows and not await self._transaction.insert(SYNC_RECORD, rows, len(rows)):
            raise StorageConflict("one of the records was linked by somebody else meanwhile")
        for kind in {record.kind for record in records}:
            self._edited.linked_anew(kind, (record.local_id for record in records if record.kind == kind))

    async def put_many(self, records: Sequence[SyncRecord]) -> None:
        """In bulk; of two with one key the later one stays."""
        latest = {(r.account_id, r.kind, r.external_id): r for r in records}
        rows = (mappers.sync_record_row(self._tenant_id, record) for record in latest.values())
        if latest:
            await self._transaction.upsert(SYNC_RECORD, rows, len(latest))
        for record in records:
            self._edited.linked(record.kind, (record.local_id,))

    def _of(self, **parameters: object) -> dict[str, object]:
        return {"tenant_id": self._tenant_id, **parameters}


class SqlJournal(Journal):
    """The table ``change``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id

    async def append(self, changes: Iterable[Change]) -> None:
        """In bulk. Raises AlreadyExists, and writes nothing, when an id is there."""
        rows = [mappers.change_row(self._tenant_id, change) for change in changes]
        if rows and not await self._transaction.insert(CHANGE, rows, len(rows)):
            raise AlreadyExists("there is such a change already", kind="change")

    async def get(self, change_id: EntryId) -> Change:
        """By primary key."""
        lines = await self._select(CHANGE_WITH_ID, id=change_id)
        if not lines:
            raise NotFound("change", change_id)
        return lines[0]

    async def of_record(self, kind: str, local_id: UUID) -> Sequence[Change]:
        """By instant, then by id."""
        return await self._select(OF_RECORD, kind=kind, local_id=local_id)

    async def of_run(self, run_id: RunId, *, after: EntryId | None = None, limit: int) -> Sequence[Change]:
        """By id."""
        if after is None:
            return await self._select(CHANGES_OF_RUN, run_id=run_id, limit=limit)
        return await self._select(CHANGES_AFTER, run_id=run_id, after=after, limit=limit)

    async def _select(self, statement: Select[Any], **parameters: object) -> Sequence[Change]:
        rows = await self._transaction.fetch(statement, {"tenant_id": self._tenant_id, **parameters}, long=True)
        return [mappers.change(row) for row in rows]


class SqlRuns(SqlEntities[Run, RunId], Runs):
    """The tables ``sync_run`` and ``sync_error``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, ids: IdSource) -> None:
        super().__init__(transaction, tenant_id, RUNS)
        self._ids = ids

    async def last(self, account_id: AccountId, kind: str, *, success: bool) -> Run | None:
        """By index."""
        runs = await self._select(LAST_SUCCESS if success else LAST_RUN, account_id=account_id, kind=kind)
        return runs[0] if runs else None

    async def interrupt_running(self, account_id: AccountId, kind: str, *, now: datetime) -> int:
        """They end now."""
        parameters = {"of_tenant": self._tenant_id, "of_account": account_id, "of_kind": kind, "now": now}
        return await self._transaction.execute(_INTERRUPT, parameters)

    async def add_errors(self, errors: Sequence[SyncError]) -> None:
        """In bulk."""
        rows = [mappers.error_row(self._tenant_id, EntryId(self._ids.new()), error) for error in errors]
        if rows:
            await self._transaction.insert(SYNC_ERROR, rows, len(rows))

    async def recent_errors(self, limit: int) -> Sequence[SyncError]:
        """By instant; of one instant, the one added last first."""
        rows = await self._transaction.fetch(RECENT_ERRORS, {"tenant_id": self._tenant_id, "limit": limit})
        return [mappers.error(row) for row in rows]

    async def errors_of(self, run: Run, *, limit: int) -> Sequence[SyncError]:
        """From the run's start on, by instant; of one instant, the one added first first."""
        parameters = {"tenant_id": self._tenant_id, "since": run.started_at, "run_id": run.id, "limit": limit}
        rows = await self._transaction.fetch(ERRORS_OF_RUN, parameters, long=True)
        return [mappers.error(row) for row in rows]

    async def count_errors(self) -> int:
        """How many lines."""
        rows = await self._transaction.fetch(COUNT_ERRORS, {"tenant_id": self._tenant_id})
        return int(rows[0][0])
