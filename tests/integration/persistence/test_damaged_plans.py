"""A plan of which something else is in the store than was put there is shown as stale, and hides no other one."""

import pytest
from tests.builders import an_account
from tests.sync_books import a_plan

from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.tables import SYNC_PLAN
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.domain.shared.ids import TenantId
from tresen.domain.sync.kept_plan import Part, PlanStale, PlanState

PARTS = (Part(kind="member", policy_version=1, actions={"merge": 1}),)
STALE = "what is kept of it cannot be read"


@pytest.mark.parametrize(
    ("column", "value"),
    [("parts", "{"), ("parts", "{}"), ("parts", "null"), ("parts", '[{"kind":"\\ud800"}]'), ("state", "ripe")],
)
@pytest.mark.parametrize("was", [PlanState.PLANNED, PlanState.HELD, PlanState.APPLIED])
async def test_a_damaged_plan_is_shown_beside_the_others(
    database: Database, units: SqlUnitsOfWork, tenant: TenantId, column: str, value: str, was: PlanState
) -> None:
    account = an_account(tenant)
    damaged, whole = (a_plan(account, parts=PARTS, state=was) for _ in range(2))
    async with units.open(tenant) as uow:
        await uow.accounts.add(account)
        await uow.plans.add(damaged)
        await uow.plans.add(whole)
        await uow.commit()
    update = SYNC_PLAN.update().where(SYNC_PLAN.c.id == damaged.id).values({column: value})
    await database.run(lambda c: c.execute(update).rowcount)
    async with units.open(tenant, read_only=True) as uow:
        shown = {plan.id: plan for plan in await uow.plans.latest(limit=9)}
        found = await uow.plans.get(damaged.id)
    assert (shown[whole.id].state, shown[whole.id].parts) == (was, PARTS)
    assert found.parts == shown[damaged.id].parts == (PARTS if column == "state" else ())
    if (column, was) == ("parts", PlanState.APPLIED):
        assert (found.state, found.reason) == (PlanState.APPLIED, None), "what it did is in the journal"
        return
    assert (found.state, found.reason) == (PlanState.STALE, STALE)
    with pytest.raises(PlanStale, match=f"this plan is stale: {STALE}"):
        found.ensure_appliable()
