"""Records of which a walk shows less than may have been written there: only a look at the single record tells."""

from ....domain.shared.errors import InvalidValue
from ....domain.sync.action import Action
from ....domain.sync.schema import Schema
from ....domain.sync.step import values_of
from ...ports.sources import Observed
from ..records.reading import read
from .before import Before
from .examined import Examined


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


def leave_to_a_look(schema: Schema, examined: Examined, before: Before) -> None:
    """A deletion there that was dropped is due: perhaps as somebody edited there what walks do not show."""
    names = schema.by_name.keys()
    partly = {
        str(step.external_id)
        for step in examined.steps
        if step.decision.action is Action.DELETE_THERE
        and step.external_id in before.due
        and not names <= values_of(step.inputs.theirs).keys()
    }
    before.in_part |= partly
    examined.steps = [step for step in examined.steps if step.external_id not in partly]
