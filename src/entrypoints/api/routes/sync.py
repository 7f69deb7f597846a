"""Runs of the sync and how it stands (W20-W32, W45, W48)."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter

from ....application.sync.courses.leads_course import LEADS
from ....application.sync.courses.members_course import MEMBERS
from ....domain.identity.role import Scope
from ....domain.shared.ids import AccountId, RunId
from ....domain.sync.run import EDIT, PUSH, RELEASE, RESOLVE, UNDO, RunState
from ..access import needs
from ..answers.sync import (
    LatestRunsAnswer,
    RunsAnswer,
    ShownRunAnswer,
    SyncStatusAnswer,
    run,
    shown_run,
    sync_status,
)
from ..answers.sync_states import SyncStatesAnswer, sync_state
from ..bodies import Body
from ..dependencies import Asking, Uses
from ..listing import WINDOW, Limit, Offset
from ..records import OfAccount, account_wanted, ensure_wanted, in_state, word_of
from ..syncing import KINDS, plan_sync, run_sync
from . import sync_plans, sync_policies, sync_records

_RUN_KINDS = (MEMBERS, LEADS, PUSH, RESOLVE, UNDO, EDIT, RELEASE)
_FILTERS = WINDOW | {"account_id", "kind", "state"}

Kind = Annotated[str, PathParameter(description="What to sync", schema_extra={"enum": list(KINDS)})]
RunKind = Annotated[
    str | None,
    QueryParameter(
        name="kind", max_length=100, description="Only runs of this kind", schema_extra={"enum": list(_RUN_KINDS)}
    ),
]
RunStates = Annotated[str | None, word_of(RunState, "state", "Only runs in this state")]


class SyncBody(Body):
    """``force`` passes the limit of one success an hour; ``whole`` lists everything, also where the provider tells what
    changed; ``account_id`` names one account, else all are synced."""

    force: bool = False
    whole: bool = False
    account_id: UUID | None = None


class PlanBody(Body):
    """``whole`` lists everything, also where the provider tells what changed; ``account_id`` names one account, else
    all are planned for."""

    whole: bool = False
    account_id: UUID | None = None


@get("/status", summary="Last syncs and errors", opt=needs(Scope.SYNC_READ))
async def get_status(asking: Asking, uses: Uses) -> SyncStatusAnswer:
    """W45's keys."""
    return sync_status(await uses.sync.status(asking.tenant_id))


@get("/states", summary="How every sync stands", opt=needs(Scope.SYNC_READ))
async def list_states(asking: Asking, uses: Uses) -> SyncStatesAnswer:
    """Per account and kind of record, with what waits and what is in the way."""
    states = [sync_state(one) for one in await uses.sync.states(asking.tenant_id)]
    return SyncStatesAnswer(states=states, count=len(states))


@get("/runs", summary="The latest runs", opt=needs(Scope.SYNC_READ, query=_FILTERS))
async def list_runs(
    asking: Asking,
    uses: Uses,
    account_id: OfAccount = None,
    kind: RunKind = None,
    state_: RunStates = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> LatestRunsAnswer:
    """Newest first; of all accounts, kinds and states unless told of which. A run that begins meanwhile moves the
    others down: the next window may show one again, and leaves none out."""
    runs = await uses.readers.runs(
        asking.tenant_id,
        limit=limit + 1,
        offset=offset,
        account_id=await account_wanted(uses, asking.tenant_id, account_id),
        kind=ensure_wanted(_RUN_KINDS, kind),
        state=in_state(RunState, state_),
    )
    return LatestRunsAnswer(runs=[run(one) for one in runs[:limit]], has_more=len(runs) > limit)


@get("/runs/{run_id:uuid}", summary="One run with its errors and its plan", opt=needs(Scope.SYNC_READ))
async def get_run(run_id: FromPath[UUID], asking: Asking, uses: Uses) -> ShownRunAnswer:
    """What a guard said is in the plan's parts."""
    return shown_run(await uses.sync.show_run(asking.tenant_id, RunId(run_id)))


@post("/{kind:str}", summary="Sync members, leads or all now", status_code=200, opt=needs(Scope.SYNC_RUN))
async def start(kind: Kind, asking: Asking, uses: Uses, data: JSONBody[SyncBody | None] = None) -> RunsAnswer:
    """Waits for the end. What went wrong, why a run was skipped, or which guard held it, is in the runs; the plan of
    one that is held is kept, to be looked at and let through."""
    wish = data or SyncBody()
    account_id = AccountId(wish.account_id) if wish.account_id else None
    runs = await run_sync(uses, asking.tenant_id, kind, force=wish.force, whole=wish.whole, account_id=account_id)
    return RunsAnswer(runs=[run(one) for one in runs], count=len(runs))


@post("/{kind:str}/plan", summary="Plan a sync without writing", status_code=200, opt=needs(Scope.SYNC_RUN))
async def plan(kind: Kind, asking: Asking, uses: Uses, data: JSONBody[PlanBody | None] = None) -> RunsAnswer:
    """Asks the provider and keeps what would be done, here and there, as a plan that each run names; `plan_id` null:
    nothing is to be done. Passes the limit of one an hour. 409 (`sync_running`) while other processes sync all that was
    to be planned for; where they sync a part of it, the runs of that part are `skipped`."""
    wish = data or PlanBody()
    account_id = AccountId(wish.account_id) if wish.account_id else None
    runs = await plan_sync(uses, asking.tenant_id, kind, whole=wish.whole, account_id=account_id)
    return RunsAnswer(runs=[run(one) for one in runs], count=len(runs))


sync = Router(
    "/sync",
    route_handlers=[
        *(get_status, list_states, list_runs, get_run, start, plan),
        *sync_plans.HANDLERS,
        *sync_policies.HANDLERS,
        *sync_records.HANDLERS,
    ],
    tags=["sync"],
)
