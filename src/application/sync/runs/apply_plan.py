"""Applies a plan that was made before."""

import attrs

from ....domain.shared.ids import PlanId, TenantId
from ....domain.sync.kept_plan import KeptPlan, PlanStale, PlanState
from ....domain.sync.run import Run
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..applying.stale import Standing, ensure_fresh
from ..courses.course import Course
from ..deciding.kept_steps import stale_plan
from .by_hand import ByHand
from .sync_account import Progress, SyncAccount, no_progress

_OPEN = frozenset({PlanState.HELD, PlanState.PLANNED})


@attrs.frozen
class ApplyPlan:
    """Applies a plan exactly as it was made. Raises NotFound, PlanHeld, PlanStale, IllegalTransition, SyncRunning."""

    _sync: SyncAccount
    _by_hand: ByHand
    _transactions: Transactions

    async def __call__(
        self,
        tenant_id: TenantId,
        plan_id: PlanId,
        *,
        accepted_by: str | None = None,
        progress: Progress = no_progress,
    ) -> Run:
        """``accepted_by``: who lets a plan through that a guard holds."""
        plan = await self._transactions.read(tenant_id, lambda uow: uow.plans.get(plan_id))
        if plan.state not in _OPEN:
            plan.ensure_appliable()
        course = await self._course(tenant_id, plan)
        if plan.state is PlanState.HELD and accepted_by is None:
            # Nobody is asked to let something through that would be refused then.
            await self._ensure_fresh(tenant_id, plan)
        return await self._sync.apply(tenant_id, plan, course, accepted_by=accepted_by, progress=progress)

    async def _course(self, tenant_id: TenantId, plan: KeptPlan) -> Course:
        """What it is a plan for. Raises PlanStale when it cannot be that one's."""
        course = self._by_hand.courses.get(plan.kind)
        known = course.kinds if course is not None else ()
        other = next((part.kind for part in plan.parts if part.kind not in known), None)
        if course is not None and plan.parts and other is None:
            return course
        why = "nothing is kept of what it was made of" if other is None else f"a plan for {plan.kind} has no {other}s"
        error = stale_plan(plan, why)
        await self._end(tenant_id, plan.id, error.message)
        raise error

    async def _ensure_fresh(self, tenant_id: TenantId, plan: KeptPlan) -> None:
        async def look(uow: UnitOfWork) -> None:
            standing: dict[str, Standing] = {}
            for part in plan.parts:
                hand = await self._by_hand.hold(uow, plan.account_id, part.kind, None)
                state = await uow.sync_states.get(plan.account_id, part.kind)
                account = hand.opened.account
                standing[part.kind] = Standing(
                    kind=hand.kind,
                    scope=hand.scope,
                    state=state,
                    place=self._sync.place(account),
                    writes=account.writes_enabled,
                )
            await ensure_fresh(uow, plan, standing, self._by_hand.policies.laws)

        try:
            await self._transactions.read(tenant_id, look)
        except PlanStale as error:
            await self._end(tenant_id, plan.id, error.message)
            raise

    async def _end(self, tenant_id: TenantId, plan_id: PlanId, why: str) -> None:
        async def end(uow: UnitOfWork) -> None:
            plan = await uow.plans.get(plan_id)
            if plan.state in _OPEN:
                plan.end(PlanState.STALE, now=self._by_hand.clock.now(), reason=why)
                await uow.plans.save(plan)

        await self._transactions.run(tenant_id, "stale_plan", end)
