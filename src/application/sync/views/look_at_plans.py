"""Plans that are kept are looked at, step by step."""

from collections.abc import Sequence

import attrs

from ....domain.shared.ids import AccountId, PlanId, TenantId
from ....domain.sync.kept_plan import KeptPlan, PlanState
from ....domain.sync.laws import Laws
from ....domain.sync.step import Step
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..deciding.kept_steps import read_steps


@attrs.frozen(kw_only=True)
class ShownPlan:
    """A plan with a window of its steps, each with its kind of record. ``count`` is the number of all that can be
    looked at: none of a plan so old that they are not kept any more (``are_kept``); its parts say how many there were.
    """

    plan: KeptPlan
    steps: tuple[tuple[str, Step], ...]
    count: int
    are_kept: bool = True


@attrs.frozen
class ListPlans:
    """Reads only."""

    _transactions: Transactions

    async def __call__(
        self,
        tenant_id: TenantId,
        *,
        limit: int,
        offset: int = 0,
        account_id: AccountId | None = None,
        state: PlanState | None = None,
    ) -> Sequence[KeptPlan]:
        """The newest plans, latest first: of all accounts and states unless told of which."""
        return await self._transactions.read(
            tenant_id, lambda uow: uow.plans.latest(limit=limit, offset=offset, account_id=account_id, state=state)
        )


@attrs.frozen
class ShowPlan:
    """Raises NotFound, PlanStale where a step cannot be read any more, as one by a law that is gone."""

    _transactions: Transactions
    _laws: Laws

    async def __call__(self, tenant_id: TenantId, plan_id: PlanId, *, limit: int = 100, offset: int = 0) -> ShownPlan:
        """The steps in the order in which they are applied."""

        async def ask(uow: UnitOfWork) -> ShownPlan:
            plan = await uow.plans.get(plan_id)
            rows = await uow.plans.steps(plan_id, start=offset, limit=limit)
            count = sum(sum(part.actions.values()) for part in plan.parts)
            # All or none are kept.
            are_kept = not count or bool(rows or await uow.plans.steps(plan_id, start=0, limit=1))
            return ShownPlan(
                plan=plan,
                steps=tuple(read_steps(plan, rows, self._laws)),
                count=count if are_kept else 0,
                are_kept=are_kept,
            )

        return await self._transactions.read(tenant_id, ask)
