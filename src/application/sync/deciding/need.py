"""Whether a decision changes anything that is kept, here or there. What changes nothing is no step."""

from collections.abc import Sequence
from typing import TypeVar

import attrs

from ....domain.sync.action import Action
from ....domain.sync.canonical import Values
from ....domain.sync.conflict import Conflict
from ....domain.sync.decision import NOTHING, WHOLE
from ....domain.sync.push import Push, PushState
from ....domain.sync.record import MISSING, SyncRecord
from ....domain.sync.schema import Schema
from ....domain.sync.side import GONE
from ....domain.sync.step import Step, values_of
from ..records.record_kind import Versioned
from ..records.scope import Scope
from .known import Known
from .open_questions import is_untold

E = TypeVar("E", bound=Versioned)


def needed(schema: Schema, scope: Scope, step: Step, link: SyncRecord, found: Known[E]) -> Step | None:
    """The step of a linked record, with what it is to push. None: it changes nothing."""
    pushes, conflicts = found.pushes.get(link.external_id, ()), found.conflicts.get(link.external_id, ())
    wanted = needed_pushes(step, scope, pushes)
    if wanted:
        step = attrs.evolve(step, pushes={**wanted, **step.pushes})
    return step if needs_writing(schema, step, link, conflicts, pushes) else None


def needed_pushes(step: Step, scope: Scope, pushes: Sequence[Push]) -> Values:
    """The values of the decision that the provider takes, without those that it refused before as things are now.

    A push is refused as a whole, whichever of its values the provider does not take: once one of them is another, the
    rest is offered again.
    """
    wanted = {made.field: (made.value, made.theirs) for made in step.decision.diverging if made.field in scope.writable}
    if not wanted:
        return NOTHING
    theirs = values_of(step.inputs.theirs)

    def stands(push: Push) -> bool:
        # One that it took, of a push of which it kept another for itself, says nothing against the refusal.
        return push.state is PushState.REFUSED and all(
            wanted.get(name) == (value, push.expected.get(name)) or (name not in wanted and theirs.get(name) == value)
            for name, value in push.values.items()
        )

    refused = {name for push in pushes if stands(push) for name in push.values}
    return {name: value for name, (value, _) in wanted.items() if name not in refused}


def needs_writing(
    schema: Schema, step: Step, link: SyncRecord, conflicts: Sequence[Conflict], pushes: Sequence[Push]
) -> bool:
    """Whether applying the step would write anything. ``pushes``: those of the record that wait or were refused."""
    action = step.decision.action
    if action is Action.MERGE:
        return _merge_writes(schema, step, link, conflicts)
    if action is Action.ASK:
        # Whoever decides it must have been shown our record as it is now.
        return (WHOLE, step.local_version) not in {(each.field, each.local_version) for each in conflicts}
    if action is Action.DELETE_THERE:
        return all(push.values for push in pushes)
    return is_missed(step, link) if action is Action.APART else action is not Action.WAIT


def is_missed(step: Step, link: SyncRecord) -> bool:
    """Whether ours is gone and the link does not say so yet: once it does, nobody looks at it for that any more."""
    return step.inputs.ours is GONE and link.local_version != MISSING


def _merge_writes(schema: Schema, step: Step, link: SyncRecord, conflicts: Sequence[Conflict]) -> bool:
    decision = step.decision
    return bool(
        decision.updates
        or step.pushes
        or step.local_version != link.local_version
        # The provider had lost it, and shows it again.
        or (step.fingerprint and not link.fingerprint)
        or _moved(schema, link.base, agreed(step))
        or _asks_otherwise(step, [each for each in conflicts if not is_untold(schema, step, each)])
    )


def agreed(step: Step) -> Values:
    """The base after the step: what is in flight, or waits for a person, is not agreed on."""
    inputs = step.inputs
    base = inputs.base or {}
    theirs = {name: value for name, value in values_of(inputs.theirs).items() if name not in inputs.in_flight}
    return step.decision.next_base(base, theirs)


def _moved(schema: Schema, base: Values, after: Values) -> bool:
    fields = (field for field in schema.fields if field.name in after)
    return any(field.name not in base or not field.same(base[field.name], after[field.name]) for field in fields)


def _asks_otherwise(step: Step, told: Sequence[Conflict]) -> bool:
    """``told``: the open ones of which the step tells what became. Who decides sees when the record was edited."""
    edited_at = step.inputs.edited.theirs_at
    asked = {made.field: (made.base, made.ours, made.theirs, edited_at) for made in step.decision.asked}
    was = {each.field: (each.base, each.ours, each.theirs, each.edited.theirs_at) for each in told}
    return asked != was
