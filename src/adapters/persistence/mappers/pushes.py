"""Pushes."""

from ....domain.sync.push import Push, PushState
from .values import Row, to_json, values


def push_row(p: Push) -> Row:
    """To write."""
    return (
        p.tenant_id,
        p.id,
        p.account_id,
        p.kind,
        p.external_id,
        p.local_id,
        to_json(p.values),
        to_json(p.expected),
        p.run_id,
        p.state.value,
        p.attempts,
        p.why,
        p.created_at,
        p.updated_at,
    )


def push(row: Row) -> Push:
    """As read."""
    return Push(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        kind=row[3],
        external_id=row[4],
        local_id=row[5],
        values=values(row[6]),
        expected=values(row[7]),
        run_id=row[8],
        state=PushState(row[9]),
        attempts=row[10],
        why=row[11],
        created_at=row[12],
        updated_at=row[13],
    )
