"""A conflict about a field that a later version of its kind does not have any more."""

from ....domain.shared.errors import RuleViolation
from ....domain.sync.conflict import Conflict, ConflictState
from ....domain.sync.schema import Schema
from ..deciding.open_questions import is_void


def ensure_not_void(schema: Schema, conflict: Conflict) -> None:
    """Raises RuleViolation: there is nothing to decide."""
    if is_void(schema, conflict):
        ends = ", and the next listing of everything settles it" if conflict.state is ConflictState.OPEN else ""
        why = f"a {schema.kind} has no {conflict.field} any more: there is nothing to decide about it{ends}"
        raise RuleViolation(why, field=conflict.field)
