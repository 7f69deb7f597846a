"""What was edited here while a record was made at the provider goes after it as an edit does, in a run of its own: so
that it is asked of the staff where the provider does not take it, and goes there whatever the policy says by then.
"""

from datetime import datetime

from ....domain.shared.ids import AccountId, RunId, TenantId
from ....domain.sync.run import EDIT, Counts, Run, RunState
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork


async def book_edit(
    uow: UnitOfWork, ids: IdSource, of: tuple[TenantId, AccountId], record: tuple[str, str], *, now: datetime
) -> RunId:
    """``of``: whose edit it was, and where it goes; ``record``: its kind, and its id there."""
    tenant_id, account_id = of
    run = Run(id=RunId(ids.new()), tenant_id=tenant_id, account_id=account_id, kind=EDIT, forced=True, started_at=now)
    run.counts = Counts(updated=1)
    run.finish(RunState.COMPLETED, now=now, reason=f"{' '.join(record)} was edited here while it was made there")
    await uow.runs.add(run)
    return run.id
