"""Conflicts."""

from ....domain.sync.conflict import Choice, Conflict, ConflictState, Resolution
from ....domain.sync.laws import Edited
from .values import Row, to_json, value, words


def conflict_row(c: Conflict) -> Row:
    """To write."""
    # One is decided, or was before: never both.
    edited, made = c.edited, c.resolution or c.former
    return (
        c.tenant_id,
        c.id,
        c.account_id,
        c.kind,
        c.external_id,
        c.local_id,
        c.local_version,
        c.field,
        to_json(c.base),
        to_json(c.ours),
        to_json(c.theirs),
        edited.ours_at,
        edited.theirs_at,
        edited.resolution_s,
        edited.skew_s,
        to_json(c.candidates),
        c.rule,
        c.reason,
        c.run_id,
        c.state.value,
        made.choice.value if made else None,
        to_json(made.value) if made else None,
        made.by if made else None,
        made.at if made else None,
        c.opened_at,
        c.updated_at,
        c.version,
    )


def conflict(row: Row) -> Conflict:
    """As read."""
    state, made = ConflictState(row[19]), _resolution(row)
    is_decided = state is ConflictState.RESOLVED
    return Conflict(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        kind=row[3],
        external_id=row[4],
        local_id=row[5],
        local_version=row[6],
        field=row[7],
        base=value(row[8]),
        ours=value(row[9]),
        theirs=value(row[10]),
        edited=Edited(ours_at=row[11], theirs_at=row[12], resolution_s=row[13], skew_s=row[14]),
        candidates=tuple(words(row[15])),
        rule=row[16],
        reason=row[17],
        run_id=row[18],
        state=state,
        resolution=made if is_decided else None,
        former=None if is_decided else made,
        opened_at=row[24],
        updated_at=row[25],
        version=row[26],
    )


def _resolution(row: Row) -> Resolution | None:
    choice, chosen, by, at = row[20:24]
    return None if choice is None else Resolution(choice=Choice(choice), value=value(chosen), by=by, at=at)
