"""Records of which a list shows less than there is: what was edited here may be compared with a single record alone."""

from collections.abc import Container, Iterable

import attrs

from ....domain.sync.action import Action
from ....domain.sync.canonical import Values
from ....domain.sync.conflict import Conflict
from ....domain.sync.policy import Policy
from ....domain.sync.schema import Schema
from ....domain.sync.step import Step, values_of


def hides_edit(schema: Schema, writable: Container[str], *, base: Values, ours: Values, shown: Values) -> bool:
    """Whether a field is not ``shown`` that holds another value here than was agreed; or that was never agreed on, of
    which we have a value that the provider may take.
    """
    return any(
        field.name not in shown
        and (field.name in base or field.name in writable)
        and not field.same(ours.get(field.name), base.get(field.name))
        for field in schema.fields
    )


def hides_agreed(schema: Schema, *, base: Values, shown: Values) -> bool:
    """Whether a field that was agreed on is not ``shown``: an edit of it there is not seen."""
    return any(field.name in base and field.name not in shown for field in schema.fields)


def deleted_as_known(schema: Schema, policy: Policy, step: Step, conflicts: Iterable[Conflict]) -> Step:
    """A step for a record that we deleted, after a look at it. What the look shows, and nobody here ever saw, may have
    been there ever since: where that alone would keep it from being deleted there, it is decided as from a list, and
    the look before the deletion tells it.
    """
    known = {*(step.inputs.base or {}), *(conflict.field for conflict in conflicts)}
    theirs = {name: value for name, value in values_of(step.inputs.theirs).items() if name in known}
    inputs = attrs.evolve(step.inputs, theirs=theirs)
    decision = inputs.decide(schema, policy)
    return attrs.evolve(step, inputs=inputs, decision=decision) if decision.action is Action.DELETE_THERE else step
