"""A plan for people."""

from uuid import UUID

import pytest

from tresen.adapters.memory.clock import NOON
from tresen.application.sync.views.look_at_plans import ShownPlan
from tresen.domain.shared.ids import AccountId, PlanId, RunId, TenantId
from tresen.domain.sync.kept_plan import KeptPlan, Part, PlanState
from tresen.entrypoints.cli.plan_lines import plan_parts

ID = UUID(int=1)


@pytest.mark.parametrize(
    ("are_kept", "says"),
    [(False, "the plan is so old that its steps are not kept any more"), (True, "0 of 0 records shown")],
)
def test_of_an_old_plan_the_steps_are_not_told_to_be_there(are_kept: bool, says: str) -> None:
    plan = KeptPlan(
        id=PlanId(ID),
        tenant_id=TenantId(ID),
        account_id=AccountId(ID),
        kind="members",
        run_id=RunId(ID),
        state=PlanState.APPLIED,
        parts=(Part(kind="member", policy_version=0, seen=9, actions={"merge": 3}),),
        created_at=NOON,
    )
    shown = ShownPlan(plan=plan, steps=(), count=0, are_kept=are_kept)
    assert plan_parts(shown, 0, "main", "UTC", None)[1:] == ["members: 3 merge (the provider showed 9)", says]
