"""Plans and their steps."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, select

from ....application.ports.sync_books import Plans
from ....domain.shared.errors import AlreadyExists
from ....domain.shared.ids import AccountId, PlanId
from ....domain.sync.kept_plan import KeptPlan, PlanState
from ..mappers import sync_plans as mappers
from ..tables import SYNC_PLAN, SYNC_PLAN_STEP
from .entities import Shape, SqlEntities, rows_of

PLANS = Shape("plan", SYNC_PLAN, mappers.plan_row, mappers.plan)

_LIMIT: BindParameter[Any] = bindparam("limit")
_plan, _step = SYNC_PLAN.c, SYNC_PLAN_STEP.c

LATEST_PLANS = (
    rows_of(SYNC_PLAN).order_by(_plan.created_at.desc(), _plan.id.desc()).limit(_LIMIT).offset(bindparam("offset"))
)
LATEST_OF_ACCOUNT = LATEST_PLANS.where(_plan.account_id == bindparam("account_id"))
_of_plan = (_step.tenant_id == bindparam("tenant_id"), _step.plan_id == bindparam("plan_id"))
STEPS = (
    select(_step.number, _step.kind, _step.line)
    .where(*_of_plan, _step.number >= bindparam("start"))
    .order_by(_step.number)
    .limit(_LIMIT)
)
_REMOVE_STEPS = delete(SYNC_PLAN_STEP).where(*_of_plan)


class SqlPlans(SqlEntities[KeptPlan, PlanId], Plans):
    """The tables ``sync_plan`` and ``sync_plan_step``."""

    async def latest(
        self, *, limit: int, offset: int = 0, account_id: AccountId | None = None, state: PlanState | None = None
    ) -> Sequence[KeptPlan]:
        """By index, as far as the states allow; of one instant, the greater id first."""
        statement = LATEST_PLANS if account_id is None else LATEST_OF_ACCOUNT
        wanted: dict[str, Any] = {} if account_id is None else {"account_id": account_id}
        if state is not None:
            statement, wanted["state"] = statement.where(_plan.state == bindparam("state")), state.value
        return await self._select(statement, limit=limit, offset=offset, **wanted)

    async def add_steps(self, plan_id: PlanId, start: int, steps: Sequence[tuple[str, str]]) -> None:
        """In bulk; the foreign key knows a plan that is not there."""
        rows = [(self._tenant_id, plan_id, number, kind, line) for number, (kind, line) in enumerate(steps, start)]
        if rows and not await self._transaction.insert(SYNC_PLAN_STEP, rows, len(rows)):
            raise AlreadyExists("there is such a step already", kind="step")

    async def steps(self, plan_id: PlanId, *, start: int, limit: int) -> Sequence[tuple[int, str, str]]:
        """By primary key."""
        parameters = {"tenant_id": self._tenant_id, "plan_id": plan_id, "start": start, "limit": limit}
        rows = await self._transaction.fetch(STEPS, parameters, long=True)
        return [(int(number), str(kind), str(line)) for number, kind, line in rows]

    async def remove_steps(self, plan_id: PlanId) -> None:
        """One delete."""
        await self._transaction.execute(_REMOVE_STEPS, {"tenant_id": self._tenant_id, "plan_id": plan_id})
