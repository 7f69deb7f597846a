"""One run is looked at."""

from collections.abc import Sequence

import attrs

from ....domain.shared.ids import RunId, TenantId
from ....domain.sync.kept_plan import KeptPlan
from ....domain.sync.run import Run, SyncError
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions

_ERRORS = 100


@attrs.frozen(kw_only=True)
class ShownRun:
    """``errors`` are the first 100, oldest first; ``run.counts.errors`` counts them all. ``plan`` is what it made or
    applied, with what its guards said; None for a run that needed none.
    """

    run: Run
    errors: Sequence[SyncError]
    plan: KeptPlan | None


@attrs.frozen
class ShowRun:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, run_id: RunId) -> ShownRun:
        """Reads only."""

        async def ask(uow: UnitOfWork) -> ShownRun:
            run = await uow.runs.get(run_id)
            return ShownRun(
                run=run,
                errors=await uow.runs.errors_of(run, limit=_ERRORS),
                plan=None if run.plan_id is None else await uow.plans.get(run.plan_id),
            )

        return await self._transactions.read(tenant_id, ask)
