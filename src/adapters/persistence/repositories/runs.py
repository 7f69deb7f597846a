"""Runs and their errors."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from ....application.ports.clock import IdSource
from ....application.ports.repositories import Runs
from ....domain.shared.ids import AccountId, EntryId, RunId, TenantId
from ....domain.sync.run import Run, RunState, SyncError
from ..connection import Transaction
from ..mappers import sync as mappers
from ..tables import SYNC_ERROR, SYNC_RUN
from .entities import Shape, SqlEntities, rows_of

RUNS = Shape("run", SYNC_RUN, mappers.run_row, mappers.run)

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
