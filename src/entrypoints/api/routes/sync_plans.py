"""Plans of syncs: looked at step by step, applied, and decided anew under another policy."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from ....domain.identity.role import Scope
from ....domain.shared.ids import PlanId, RunId
from ....domain.shared.page import MAX_LIMIT
from ....domain.sync.kept_plan import PlanState
from ..access import needs
from ..answers.sync import OneRunAnswer, run
from ..answers.sync_plans import OnePlanAnswer, PlansAnswer, StepsAnswer, WhatIfAnswer, plan, steps, what_if
from ..bodies import Body, Text, exactly_one
from ..dependencies import Asking, Uses
from ..listing import WINDOW, Limit, Offset
from ..policy_documents import PolicyBody, document_of
from ..records import READ_RECORDS, OfAccount, account_wanted, in_state, word_of

_LIST = WINDOW | {"account_id", "state"}
_States = Annotated[str | None, word_of(PlanState, "state", "Only plans in this state")]


class ApplyBody(Body):
    """``accept_guard`` lets a plan through that a guard holds; it needs the scope sync:decide."""

    accept_guard: bool = False


class WhatIfBody(Body):
    """Which run's (``run_id``) or plan's (``plan_id``) decisions are taken anew: exactly one of them. ``policies`` by
    kind of record, on top of what holds now. At most ``limit`` differences are shown."""

    run_id: UUID | None = None
    plan_id: UUID | None = None
    policies: Mapping[Text, PolicyBody] = {}
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = 100


@get("/plans", summary="The newest plans", opt=needs(Scope.SYNC_READ, query=_LIST))
async def list_plans(
    asking: Asking,
    uses: Uses,
    account_id: OfAccount = None,
    state_: _States = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> PlansAnswer:
    """Latest first, without their steps: those of runs, of runs that a guard held, and those that were only made."""
    plans = await uses.sync.plans(
        asking.tenant_id,
        limit=limit + 1,
        offset=offset,
        account_id=await account_wanted(uses, asking.tenant_id, account_id),
        state=in_state(PlanState, state_),
    )
    return PlansAnswer(plans=[plan(one) for one in plans[:limit]], has_more=len(plans) > limit)


@get("/plans/{plan_id:uuid}", summary="One plan", opt=needs(Scope.SYNC_READ))
async def get_plan(plan_id: FromPath[UUID], asking: Asking, uses: Uses) -> OnePlanAnswer:
    """Its state, its steps counted by action, and the guards that it trips."""
    shown = await uses.sync.show_plan(asking.tenant_id, PlanId(plan_id), limit=0)
    return OnePlanAnswer(plan=plan(shown.plan))


@get("/plans/{plan_id:uuid}/steps", summary="A plan's steps", opt=needs(*READ_RECORDS, query=WINDOW))
async def list_steps(
    plan_id: FromPath[UUID], asking: Asking, uses: Uses, limit: Limit = 50, offset: Offset = 0
) -> StepsAnswer:
    """One per record that would be written or waits for a person, each with its reasons."""
    shown = await uses.sync.show_plan(asking.tenant_id, PlanId(plan_id), limit=limit, offset=offset)
    return steps(shown, offset)


@post("/plans/{plan_id:uuid}/apply", summary="Apply a plan", status_code=200, opt=needs(Scope.SYNC_RUN))
async def apply_plan(
    plan_id: FromPath[UUID], asking: Asking, uses: Uses, data: JSONBody[ApplyBody | None] = None
) -> OneRunAnswer:
    """Exactly as it was made, and waits for the end. 409 when a guard holds it (`plan_held`), when what it was made
    from is another by now (`plan_stale`), when it was applied before, or while another process syncs (`sync_running`:
    try again). What the provider failed at is in the run."""
    accepts = data is not None and data.accept_guard
    if accepts:
        asking.ensure(Scope.SYNC_DECIDE)
    done = await uses.sync.apply(asking.tenant_id, PlanId(plan_id), accepted_by=asking.name if accepts else None)
    return OneRunAnswer(run=run(done))


@post("/what-if", summary="What another policy would have done", status_code=200, opt=needs(*READ_RECORDS))
async def what_if_policy(asking: Asking, uses: Uses, data: JSONBody[WhatIfBody]) -> WhatIfAnswer:
    """Decides a kept run anew. Asks no provider and writes nothing."""
    exactly_one(data, "run_id", "plan_id")
    report = await uses.sync.what_if(
        asking.tenant_id,
        {kind: document_of(policy) for kind, policy in data.policies.items()},
        run_id=RunId(data.run_id) if data.run_id else None,
        plan_id=PlanId(data.plan_id) if data.plan_id else None,
        limit=data.limit,
    )
    return what_if(report)


HANDLERS = (list_plans, get_plan, list_steps, apply_plan, what_if_policy)
