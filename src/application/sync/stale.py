"""Whether a plan that was made some time ago may still be applied."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs

from ...domain.sync.action import Action
from ...domain.sync.kept_plan import KeptPlan, PlanStale
from ...domain.sync.laws import Laws
from ...domain.sync.push import Push, PushState
from ...domain.sync.state import SyncState
from ...domain.sync.step import Step
from ..ports.unit_of_work import UnitOfWork
from .applier import is_stale
from .kept_steps import AT_ONCE, grouped, read_steps
from .overruled import overruled
from .records import RecordKind
from .scope import Scope
from .twins import here_meanwhile

_SHOWN = 5


@attrs.frozen(kw_only=True)
class Standing:
    """One kind of record as it stands here by now, and where the account leads."""

    kind: RecordKind[Any]
    scope: Scope
    state: SyncState
    place: str


async def ensure_fresh(uow: UnitOfWork, plan: KeptPlan, standing: Mapping[str, Standing], laws: Laws) -> None:
    """``standing``: by kind of record. Raises PlanStale when a policy, a record or a link is another than the plan was
    computed from, or when another run applied something since, or a killed one a part of this plan.
    """
    for part in plan.parts:
        scope, state = standing[part.kind].scope, standing[part.kind].state
        if standing[part.kind].place != part.place:
            raise _stale_plan(plan, "the account leads elsewhere since: other records may be meant")
        if scope.policy.version != part.policy_version:
            raise _stale_plan(plan, f"the policy for {part.kind}s was changed since")
        if state.succeeded_at is not None and state.succeeded_at > plan.created_at:
            raise _stale_plan(plan, f"{part.kind}s were synced since")
    stale: list[str] = []
    start = 0
    while rows := await uow.plans.steps(plan.id, start=start, limit=AT_ONCE):
        for kind, steps in grouped(read_steps(rows, laws)):
            stale += await _stale(uow, standing[kind], steps, laws, plan.created_at)
        start = rows[-1][0] + 1
    if stale:
        records = ", ".join(stale[:_SHOWN])
        raise _stale_plan(plan, f"{len(stale)} of its records changed since, such as {records}", records=stale[:_SHOWN])


def _stale_plan(plan: KeptPlan, why: str, **details: object) -> PlanStale:
    return PlanStale(f"{why}; make a new plan", plan=str(plan.id), kind=plan.kind, **details)


async def _stale(uow: UnitOfWork, standing: Standing, steps: Sequence[Step], laws: Laws, since: datetime) -> list[str]:
    account_id, kind = standing.scope.account_id, standing.kind.schema.kind
    ids = [step.external_id for step in steps if step.external_id is not None]
    links = await uow.sync_records.by_external_ids(account_id, kind, ids)
    found: Mapping[Any, Any] = await standing.kind.load(uow, [s.local_id for s in steps if s.local_id is not None])
    versions = {key: entity.version for key, entity in found.items()}
    said = await overruled(uow, account_id, kind, steps, laws)
    here = await here_meanwhile(uow, standing.kind, account_id, steps)
    sent = await uow.pushes.of_records(account_id, kind, ids)
    local_ids = [step.local_id for step in steps if step.local_id is not None]
    being_made = await uow.pushes.creations(account_id, kind, local_ids)
    return [
        step.external_id or str(step.local_id)
        for step in steps
        if is_stale(step, links.get(step.external_id or ""), versions.get(step.local_id, 0))
        or step.external_id in here
        or step.external_id in said
        or _is_on_its_way(step, sent.get(step.external_id or "", ()), being_made, since)
    ]


def _is_on_its_way(step: Step, pushes: Sequence[Push], being_made: Mapping[UUID, Push], since: datetime) -> bool:
    """Whether something is to be written there that was decided since: perhaps by a process that died before it could
    tell that it had applied the plan.
    """
    if step.external_id is None or step.decision.action is Action.RESTORE_THERE:
        making = None if step.local_id is None else being_made.get(step.local_id)
        return making is not None and (making.state is PushState.WAITING or making.created_at >= since)
    return any(push.created_at >= since for push in pushes)
