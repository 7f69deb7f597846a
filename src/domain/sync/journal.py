"""The journal: every value that a sync overwrote or passed over, with all three sides."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import attrs

from ..shared.ids import RunId
from .decision import ONLY_OURS_CHANGED, ONLY_OURS_KNOWN, Decision, FieldDecision
from .laws import Side
from .schema import Value


@attrs.frozen(kw_only=True)
class Change:
    """One field of one record in one run: base, ours, theirs, what was taken, by which rule and why."""

    run_id: RunId
    kind: str
    external_id: str
    local_id: UUID
    field: str
    base: Value
    ours: Value
    theirs: Value
    side: Side
    rule: str
    reason: str
    at: datetime


def journal(
    decision: Decision, *, run_id: RunId, kind: str, external_id: str, local_id: UUID, at: datetime
) -> Iterable[Change]:
    """The lines for a decision.

    A field that we keep is journalled when the provider's new value is passed over; when only we changed it,
    nothing was lost and nothing is written, so that a quiet sync stays quiet.
    """
    for made in decision.fields:
        if _is_worth_a_line(made):
            yield Change(
                run_id=run_id,
                kind=kind,
                external_id=external_id,
                local_id=local_id,
                field=made.field,
                base=made.base,
                ours=made.ours,
                theirs=made.theirs,
                side=made.side,
                rule=made.rule,
                reason=made.reason,
                at=at,
            )


def _is_worth_a_line(made: FieldDecision) -> bool:
    return made.changes_ours or made.rule not in {ONLY_OURS_CHANGED, ONLY_OURS_KNOWN}
