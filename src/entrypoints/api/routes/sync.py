"""Runs of the sync and how it stands (W20-W32, W45, W48)."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from ....domain.identity.role import Scope
from ....domain.shared.ids import AccountId
from ....domain.shared.page import MAX_LIMIT
from ..access import needs
from ..answers.sync import LatestRunsAnswer, RunsAnswer, SyncStatusAnswer, run, sync_status
from ..bodies import Body
from ..dependencies import Asking, Uses
from ..syncing import KINDS, run_sync

Kind = Annotated[str, PathParameter(description="What to sync", schema_extra={"enum": list(KINDS)})]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MAX_LIMIT)]


class SyncBody(Body):
    """``force`` passes the limit of one success an hour; ``account_id`` names one account, else all are synced."""

    force: bool = False
    account_id: UUID | None = None


@get("/status", summary="Last syncs and errors", opt=needs(Scope.SYNC_READ))
async def get_status(asking: Asking, uses: Uses) -> SyncStatusAnswer:
    """W45's keys."""
    return sync_status(await uses.sync.status(asking.tenant_id))


@get("/runs", summary="The latest runs", opt=needs(Scope.SYNC_READ, query=frozenset({"limit"})))
async def list_runs(asking: Asking, uses: Uses, limit: Limit = 50) -> LatestRunsAnswer:
    """Of all accounts and kinds, newest first."""
    runs = await uses.readers.runs(asking.tenant_id, limit=limit + 1)
    return LatestRunsAnswer(runs=[run(one) for one in runs[:limit]], has_more=len(runs) > limit)


@post("/{kind:str}", summary="Sync members, leads or all now", status_code=200, opt=needs(Scope.SYNC_RUN))
async def start(kind: Kind, asking: Asking, uses: Uses, data: JSONBody[SyncBody | None] = None) -> RunsAnswer:
    """Waits for the end. What went wrong, or why a run was skipped, is in the runs."""
    wish = data or SyncBody()
    account_id = AccountId(wish.account_id) if wish.account_id else None
    runs = await run_sync(uses, asking.tenant_id, kind, force=wish.force, account_id=account_id)
    return RunsAnswer(runs=[run(one) for one in runs], count=len(runs))


sync = Router("/sync", route_handlers=[get_status, list_runs, start], tags=["sync"])
