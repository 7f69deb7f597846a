"""Plans."""

import msgspec

from ....domain.sync.kept_plan import KeptPlan, Part, PlanState
from .values import Row, to_json

_parts = msgspec.json.Decoder(tuple[Part, ...])


def plan_row(p: KeptPlan) -> Row:
    """To write."""
    return (
        p.tenant_id,
        p.id,
        p.account_id,
        p.kind,
        p.run_id,
        p.state.value,
        to_json(p.parts),
        p.accepted_by,
        p.reason,
        p.created_at,
        p.applied_at,
    )


def plan(row: Row) -> KeptPlan:
    """As read."""
    return KeptPlan(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        kind=row[3],
        run_id=row[4],
        state=PlanState(row[5]),
        parts=_parts.decode(row[6]),
        accepted_by=row[7],
        reason=row[8],
        created_at=row[9],
        applied_at=row[10],
    )
