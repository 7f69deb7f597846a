"""Whether a plan that was made some time ago may still be applied."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs

from ....domain.sync.action import Action
from ....domain.sync.kept_plan import GOOD_FOR, KeptPlan, Part, PlanStale
from ....domain.sync.laws import Laws
from ....domain.sync.plan import Fingerprint
from ....domain.sync.push import Push, PushState
from ....domain.sync.state import SyncState
from ....domain.sync.step import Step
from ...ports.unit_of_work import UnitOfWork
from ..deciding.kept_steps import AT_ONCE, ensure_own, grouped, read_steps, stale_plan
from ..links.elsewhere import tied_elsewhere, ties
from ..links.former_ids import links_of_today
from ..links.twins import here_meanwhile
from ..policies.overruled import overruled
from ..records.record_kind import RecordKind
from ..records.scope import Scope
from .applier import is_stale

_SHOWN = 5
_HOUR = timedelta(hours=1)


@attrs.frozen(kw_only=True)
class Standing:
    """One kind of record as it stands here by now, where the account leads, whether it allows writing, and what may be
    written there (see ``Part``; None: nobody asked the provider's gateway).
    """

    kind: RecordKind[Any]
    scope: Scope
    state: SyncState
    place: str
    writes: bool
    permits: tuple[str, ...] | None = None


async def ensure_fresh(uow: UnitOfWork, plan: KeptPlan, standing: Mapping[str, Standing], laws: Laws) -> None:
    """``standing``: by kind of record. Raises PlanStale when the plan is too old, when the account, a policy, a record
    or a link is another than the plan was computed from, or when another run applied something since, or a killed one a
    part of this plan. The provider is not asked.
    """
    for part in plan.parts:
        _ensure_as_it_was(plan, part, standing[part.kind])
    prints = {part.kind: _print(part, standing[part.kind]) for part in plan.parts}
    stale: list[str] = []
    start = 0
    while rows := await uow.plans.steps(plan.id, start=start, limit=AT_ONCE):
        read = read_steps(plan, rows, laws)
        ensure_own(plan, read, prints)
        for _, kind, text in rows:
            prints[kind].add_line(text)
        for kind, steps in grouped(read):
            stale += await _stale(uow, standing[kind], steps, laws, plan.created_at)
        start = rows[-1][0] + 1
    _ensure_whole(plan, standing, prints)
    if stale:
        raise changed_since(plan, stale, "here")


def _print(part: Part, now: Standing) -> Fingerprint:
    return Fingerprint(now.kind.schema, now.scope.policy, shared=part.shared)


def _ensure_whole(plan: KeptPlan, standing: Mapping[str, Standing], prints: Mapping[str, Fingerprint]) -> None:
    """What is applied is the plan that was made and shown, to the letter. Who did not ask the provider's gateway does
    not know how far it narrowed the policy.
    """
    for part in plan.parts:
        if standing[part.kind].permits is not None and prints[part.kind].hex() != part.fingerprint:
            raise stale_plan(plan, f"its fingerprint for {part.kind}s is not that of what is kept of it")


def _ensure_as_it_was(plan: KeptPlan, part: Part, now: Standing) -> None:
    state = now.state
    if plan.is_too_old(now.scope.now):
        raise stale_plan(plan, f"it is older than {GOOD_FOR // _HOUR} hours")
    if now.place != part.place:
        raise stale_plan(plan, "the account leads elsewhere since: other records may be meant")
    if now.writes != part.writes:
        raise stale_plan(plan, f"writing to the account was switched {'on' if now.writes else 'off'} since")
    if now.permits is not None and now.permits != part.permits:
        raise stale_plan(plan, f"what may be written of {part.kind}s to the account is another since")
    if now.scope.policy.version != part.policy_version:
        raise stale_plan(plan, f"the policy for {part.kind}s was changed since")
    if _is_synced_since(state, plan):
        raise stale_plan(plan, f"{part.kind}s were synced since")


def changed_since(plan: KeptPlan, records: Sequence[str], where: str) -> PlanStale:
    """Of a plan whose records changed ``where``, in a word."""
    first = records[:_SHOWN]
    why = f"{len(records)} of its records changed {where} since, such as {', '.join(first)}"
    return stale_plan(plan, why, records=list(first))


def cannot_tell(plan: KeptPlan, kind: str) -> PlanStale:
    """Of a plan of which the provider does not know any more what changed since."""
    return stale_plan(plan, f"the provider cannot tell any more which {kind}s changed since")


def _is_synced_since(state: SyncState, plan: KeptPlan) -> bool:
    """Within one moment of a coarse clock, the run that was last at work tells."""
    at, made_at = state.succeeded_at, plan.created_at
    return at is not None and (at > made_at or (at == made_at and state.run_id != plan.run_id))


async def _stale(uow: UnitOfWork, standing: Standing, steps: Sequence[Step], laws: Laws, since: datetime) -> list[str]:
    account_id, kind = standing.scope.account_id, standing.kind.schema.kind
    ids = [step.external_id for step in steps if step.external_id is not None]
    links = await links_of_today(uow, standing.kind, await uow.sync_records.by_external_ids(account_id, kind, ids))
    found: Mapping[Any, Any] = await standing.kind.load(uow, [s.local_id for s in steps if s.local_id is not None])
    versions = {key: entity.version for key, entity in found.items()}
    said = await overruled(uow, account_id, standing.kind.schema, steps, laws)
    tied = await tied_elsewhere(uow, account_id, kind, steps)
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
        or (ties(step) and step.local_id in tied)
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
