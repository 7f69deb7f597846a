"""Plans and their steps in memory."""

from collections.abc import Sequence
from heapq import nlargest, nsmallest
from uuid import UUID

from ...application.ports.sync_books import Plans
from ...domain.shared.errors import AlreadyExists, NotFound
from ...domain.shared.ids import AccountId, PlanId, TenantId
from ...domain.sync.kept_plan import KeptPlan, PlanState
from .entities import MemoryEntities
from .store import PlanStep
from .tables import Draft


class MemoryPlans(MemoryEntities[KeptPlan, PlanId], Plans):
    """Plans and their steps."""

    def __init__(
        self,
        tenant_id: TenantId,
        rows: Draft[UUID, KeptPlan],
        steps: Draft[tuple[PlanId, int], tuple[PlanId, PlanStep]],
    ) -> None:
        super().__init__("plan", tenant_id, rows)
        self._steps = steps

    async def latest(
        self, *, limit: int, offset: int = 0, account_id: AccountId | None = None, state: PlanState | None = None
    ) -> Sequence[KeptPlan]:
        """Copies; of one instant, the greater id first."""
        rows = (row for row in self._rows.all() if account_id in (None, row.account_id) and state in (None, row.state))
        newest = nlargest(offset + limit, rows, key=lambda p: (p.created_at, p.id))
        return [self._rows.copy(row) for row in newest[offset:]]

    async def add_steps(self, plan_id: PlanId, start: int, steps: Sequence[tuple[str, str]]) -> None:
        """Keep them."""
        if plan_id not in self._rows:
            raise NotFound("plan", plan_id)
        numbered = [(number, kind, line) for number, (kind, line) in enumerate(steps, start)]
        if any((plan_id, number) in self._steps for number, _, _ in numbered):
            raise AlreadyExists("there is such a step already", kind="step")
        for step in numbered:
            self._steps.put((plan_id, step[0]), (plan_id, step))

    async def steps(self, plan_id: PlanId, *, start: int, limit: int) -> Sequence[PlanStep]:
        """By number."""
        return nsmallest(limit, (step for _, step in self._steps.among("plan", plan_id) if step[0] >= start))

    async def remove_steps(self, plan_id: PlanId) -> None:
        """Forget them."""
        for _, (number, _, _) in list(self._steps.among("plan", plan_id)):
            self._steps.remove((plan_id, number))
