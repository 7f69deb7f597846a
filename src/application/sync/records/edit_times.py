"""When a record of ours counts as edited once a sync wrote to it: ``updated_at``, of which ``newest`` asks.

It never goes back: a run that began before an edit, and merges another field after it, must not make the edit older
than it is. Nor does it run ahead: while our record holds an edit that the provider has not, what a sync writes beside
that is as old as the provider's edit that it brings. Else an old edit of ours would count as newer than one that was
made at the provider between those two.
"""

from datetime import datetime

from ....domain.sync.schema import Values
from ....domain.sync.side import Side
from ....domain.sync.step import Step
from .record_kind import E, RecordKind


def write(kind: RecordKind[E], entity: E, updates: Values, *, now: datetime, edited_at: datetime) -> None:
    """Write these values; from now on the record counts as edited at ``edited_at``, unless it was edited later.

    Raises InvalidValue and changes nothing.
    """
    before = entity.updated_at
    kind.update(entity, updates, now=now)
    entity.updated_at = max(before, edited_at)


def edited_by(step: Step, *, now: datetime) -> datetime:
    """When the record counts as edited that a step changes: now, where nothing is left that `newest` could be asked
    about. A provider that tells no times is never compared by them.
    """
    theirs_at = step.inputs.edited.theirs_at
    return now if theirs_at is None or not _holds_edits(step) else min(theirs_at, now)


def _holds_edits(step: Step) -> bool:
    """Whether the provider has not all that ours holds afterwards; what is on its way may be refused there."""
    return bool(step.inputs.in_flight) or any(made.side is not Side.THEIRS for made in step.decision.fields)
