"""Plans of syncs, their steps, and what would be otherwise under another policy."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from ....application.sync.views.look_at_plans import ShownPlan
from ....application.sync.views.what_if import WhatIfReport
from ....domain.sync.decision import Decision, FieldDecision
from ....domain.sync.guards import Trip
from ....domain.sync.kept_plan import KeptPlan, Part
from ....domain.sync.plan import Difference
from ....domain.sync.side import Shown
from ....domain.sync.step import Step, is_shown, values_of
from .values import Answer, JsonValue, json_value, json_values


class TripAnswer(Answer):
    """A guard that stops the plan: ``deleted``, ``blanked`` or ``conflicts``; ``count`` of the ``shared`` records that
    both sides have."""

    guard: str
    count: int
    shared: int
    message: str


class PlanPartAnswer(Answer):
    """What a plan does to one kind of record. ``seen`` records were looked at, ``actions`` counts steps by action;
    ``complete``: it knows every record of the provider. ``fingerprint``: of all that it was computed from; two plans
    with one fingerprint are the same."""

    kind: str
    policy_version: int
    fingerprint: str
    seen: int
    shared: int
    complete: bool
    actions: dict[str, int]
    trips: list[TripAnswer]


class PlanAnswer(Answer):
    """A plan. ``kind`` is what was to be synced, ``run_id`` the run that made it. ``state``: planned (ready), held (a
    guard holds it), applied, stale (make a new one; ``reason`` says why) or broken (never finished). ``actions`` counts
    all ``steps`` by action. ``accepted_by``: who let it through its guards."""

    id: UUID
    account_id: UUID
    kind: str
    run_id: UUID
    state: str
    steps: int
    actions: dict[str, int]
    parts: list[PlanPartAnswer]
    accepted_by: str | None
    reason: str | None
    created_at: datetime
    applied_at: datetime | None


class OnePlanAnswer(Answer):
    """One plan."""

    plan: PlanAnswer


class PlansAnswer(Answer):
    """A window of the plans, latest first; ``has_more``: there are older ones."""

    plans: list[PlanAnswer]
    has_more: bool


class FieldDecisionAnswer(Answer):
    """What one field gets: what was agreed last (``base``), what the sides hold, and the ``value`` that is taken.
    ``side``: ours, theirs, both (merged) or neither (a person decides)."""

    field: str
    base: JsonValue
    ours: JsonValue
    theirs: JsonValue
    value: JsonValue
    side: str
    rule: str
    reason: str


class StepAnswer(Answer):
    """What happens to one record. ``external_id`` null: the provider has none yet; ``local_id`` null: we have none.
    ``ours`` and ``theirs`` are what the sides hold, null where one has no such record; ``proof`` says how it is known
    that the provider's is gone. ``fields``: those on which the sides differ. ``pushes`` are written to the provider.
    ``candidates``: ids of ours of which a new record may be one."""

    number: int
    kind: str
    external_id: str | None
    local_id: UUID | None
    action: str
    rule: str
    reason: str
    proof: str | None
    ours: dict[str, JsonValue] | None
    theirs: dict[str, JsonValue] | None
    fields: list[FieldDecisionAnswer]
    pushes: dict[str, JsonValue]
    candidates: list[str]


class StepsAnswer(Answer):
    """A window of a plan's steps, in the order in which they are applied; ``count`` is all that are kept: none of
    an old plan."""

    steps: list[StepAnswer]
    count: int


class DecisionAnswer(Answer):
    """What one record gets, and why."""

    action: str
    rule: str
    reason: str
    fields: list[FieldDecisionAnswer]


class DifferenceAnswer(Answer):
    """A record that would have been treated otherwise; ``differing`` names the fields, empty when only the action is
    another."""

    kind: str
    external_id: str | None
    local_id: UUID | None
    differing: list[str]
    was: DecisionAnswer
    would_be: DecisionAnswer


class WouldTripAnswer(TripAnswer):
    """A guard that would have stopped it, and the kind of record."""

    kind: str


class WhatIfAnswer(Answer):
    """``steps`` were decided anew, by kind of record; ``count`` would have come out otherwise, of which
    ``differences`` shows the first. ``trips``: the guards that would have stopped it. ``own_laws``: where another
    default was asked for, by kind, the fields that it does not reach, as the policy gives them laws of their own."""

    plan_id: UUID
    steps: dict[str, int]
    own_laws: dict[str, dict[str, str]]
    differences: list[DifferenceAnswer]
    count: int
    trips: list[WouldTripAnswer]


def plan(kept: KeptPlan) -> PlanAnswer:
    """A plan without its steps."""
    actions = Counter[str]()
    for part in kept.parts:
        actions.update(part.actions)
    return PlanAnswer(
        id=kept.id,
        account_id=kept.account_id,
        kind=kept.kind,
        run_id=kept.run_id,
        state=kept.state.value,
        steps=actions.total(),
        actions=dict(actions),
        parts=[_part(part) for part in kept.parts],
        accepted_by=kept.accepted_by,
        reason=kept.reason,
        created_at=kept.created_at,
        applied_at=kept.applied_at,
    )


def steps(shown: ShownPlan, offset: int) -> StepsAnswer:
    """A window of steps that begins at ``offset``."""
    rows = enumerate(shown.steps, start=offset)
    return StepsAnswer(steps=[_step(number, kind, one) for number, (kind, one) in rows], count=shown.count)


def what_if(report: WhatIfReport) -> WhatIfAnswer:
    """What would be otherwise."""
    return WhatIfAnswer(
        plan_id=report.plan.id,
        steps=dict(report.steps),
        own_laws={kind: dict(laws) for kind, laws in report.own_laws.items()},
        differences=[_difference(kind, one) for kind, one in report.differences],
        count=report.different,
        trips=[
            WouldTripAnswer(kind=kind, guard=t.guard, count=t.count, shared=t.shared, message=t.message)
            for kind, t in report.trips
        ],
    )


def _part(part: Part) -> PlanPartAnswer:
    return PlanPartAnswer(
        kind=part.kind,
        policy_version=part.policy_version,
        fingerprint=part.fingerprint,
        seen=part.seen,
        shared=part.shared,
        complete=part.complete,
        actions=dict(part.actions),
        trips=_trips(part.trips),
    )


def _trips(trips: Iterable[Trip]) -> list[TripAnswer]:
    return [TripAnswer(guard=t.guard, count=t.count, shared=t.shared, message=t.message) for t in trips]


def _step(number: int, kind: str, step: Step) -> StepAnswer:
    return StepAnswer(
        number=number,
        kind=kind,
        external_id=step.external_id,
        local_id=step.local_id,
        action=step.decision.action.value,
        rule=step.decision.rule,
        reason=step.decision.reason,
        proof=step.proof,
        ours=_shown(step.inputs.ours),
        theirs=_shown(step.inputs.theirs),
        fields=[_field(made) for made in step.decision.fields],
        pushes=json_values(step.pushes),
        candidates=list(step.inputs.candidates),
    )


def _shown(shown: Shown) -> dict[str, JsonValue] | None:
    return json_values(values_of(shown)) if is_shown(shown) else None


def _field(made: FieldDecision) -> FieldDecisionAnswer:
    return FieldDecisionAnswer(
        field=made.field,
        base=json_value(made.base),
        ours=json_value(made.ours),
        theirs=json_value(made.theirs),
        value=json_value(made.value),
        side=made.side.value,
        rule=made.rule,
        reason=made.reason,
    )


def _difference(kind: str, one: Difference) -> DifferenceAnswer:
    return DifferenceAnswer(
        kind=kind,
        external_id=one.step.external_id,
        local_id=one.step.local_id,
        differing=list(one.fields),
        was=_decision(one.step.decision),
        would_be=_decision(one.instead.decision),
    )


def _decision(decision: Decision) -> DecisionAnswer:
    return DecisionAnswer(
        action=decision.action.value,
        rule=decision.rule,
        reason=decision.reason,
        fields=[_field(made) for made in decision.fields],
    )
