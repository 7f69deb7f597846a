"""Plans."""

import msgspec

from ....domain.sync.kept_plan import KeptPlan, Part, PlanState
from .values import Row, to_json

_parts = msgspec.json.Decoder(tuple[Part, ...])
_STATES = frozenset(state.value for state in PlanState)
_OPEN = frozenset({PlanState.PLANNED, PlanState.HELD})


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
    """As read. One of which something else is there than was written is stale, so that it hides no other plan."""
    state, parts, reason = _read(row[5], row[6], row[8])
    return KeptPlan(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        kind=row[3],
        run_id=row[4],
        state=state,
        parts=parts,
        accepted_by=row[7],
        reason=reason,
        created_at=row[9],
        applied_at=row[10],
    )


def _read(state: str, parts: str, reason: str | None) -> tuple[PlanState, tuple[Part, ...], str | None]:
    try:
        found = _parts.decode(parts)
    except msgspec.DecodeError:
        found = None
    if state in _STATES and (found is not None or PlanState(state) not in _OPEN):
        return PlanState(state), found or (), reason
    return PlanState.STALE, found or (), "what is kept of it cannot be read"
