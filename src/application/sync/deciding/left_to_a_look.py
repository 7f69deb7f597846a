"""Records of which a walk shows less than may have been written there: only a look at the single record tells."""

from collections.abc import Container

from ....domain.shared.errors import InvalidValue
from ....domain.sync.action import Action
from ....domain.sync.schema import Schema
from ....domain.sync.step import Step, values_of
from ...ports.sources import Observed
from ..records.reading import read
from .before import Before
from .examined import Examined
from .partly_shown import hides_agreed


def tells_too_little(schema: Schema, one: Observed, before: Before, *, many: int, shows: frozenset[str] | None) -> bool:
    """Whether somebody may have written there what walks do not show; it is left to a look then. Where there are so
    many that more is amiss than that, what walks show must do. ``shows`` as of the source.
    """
    key = one.external_id
    if key in before.in_part:
        return True
    if (key not in before.due and key not in before.asked) or len(before.in_part) >= many:
        return False
    try:
        listed = read(one).values
    except InvalidValue:
        return False
    lacks = key in before.due and not schema.by_name.keys() <= listed.keys()
    if lacks or (key in before.asked and before.asked[key].takes_look(listed, shows)):
        before.in_part.add(key)
    return key in before.in_part


def leave_to_a_look(
    schema: Schema, examined: Examined, before: Before, *, many: int, whole: Container[str] = ()
) -> None:
    """A deletion there is left to a look where it was dropped before, and is due, perhaps as somebody edited there what
    walks do not show; and, unless there are too ``many``, where a field is not shown that was agreed on. What is asked
    about a record as a ``whole`` still stands (see ``OpenQuestions``): nothing but a look settles that.
    """
    kept = []
    for step in examined.steps:
        key, action = str(step.external_id), step.decision.action
        if key in whole and action is not Action.ASK:
            examined.settle(key)
        elif action is Action.DELETE_THERE and _takes_look(schema, step, before, many):
            before.in_part.add(key)
        else:
            kept.append(step)
    examined.steps = kept


def _takes_look(schema: Schema, step: Step, before: Before, many: int) -> bool:
    shown = values_of(step.inputs.theirs)
    if step.external_id in before.due:
        return not schema.by_name.keys() <= shown.keys()
    return len(before.in_part) < many and hides_agreed(schema, base=step.inputs.base or {}, shown=shown)
