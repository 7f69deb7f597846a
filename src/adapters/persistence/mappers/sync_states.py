"""How syncs stand."""

from ....domain.shared.ids import TenantId
from ....domain.sync.state import Phase, SyncState
from .values import Row


def state_row(tenant_id: TenantId, s: SyncState) -> Row:
    """To write."""
    return (
        tenant_id,
        s.account_id,
        s.kind,
        s.phase.value,
        s.run_id,
        s.seen,
        s.cursor,
        s.cursor_at,
        s.complete_at,
        s.succeeded_at,
        s.policy_version,
        s.place,
    )


def state(row: Row) -> SyncState:
    """As read."""
    return SyncState(
        account_id=row[1],
        kind=row[2],
        phase=Phase(row[3]),
        run_id=row[4],
        seen=row[5],
        cursor=row[6],
        cursor_at=row[7],
        complete_at=row[8],
        succeeded_at=row[9],
        policy_version=row[10],
        place=row[11],
    )
