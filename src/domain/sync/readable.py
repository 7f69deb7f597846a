"""Whether a step can be part of a plan: whether its line is read back as the same step."""

from collections.abc import Iterator

from ..shared.errors import InvalidValue
from ..shared.given import ensure_is
from ..shared.text import kept_size, quoted
from .action import Action
from .canonical import Values, typed
from .decision import FieldDecision
from .keeping import check_values
from .policy import ensure_fields
from .schema import Schema
from .side import Presence, Side
from .step import Inputs, Step, values_of


def ensure_readable(step: Step, schema: Schema) -> None:
    """Raises InvalidValue, naming the record, what of it, and the field, for a value that cannot be kept, and for a
    decision that was made of other inputs or by another schema.
    """
    ensure_is(Step, step, "steps", " each")
    try:
        for name, text in _texts(step):
            kept_size(text, name)
        for values in _values(step):
            check_values(values)
        # What was agreed on before may be of a field that a kind has no more; what a side shows now is not.
        ensure_fields(schema, values_of(step.inputs.ours), "ours")
        ensure_fields(schema, values_of(step.inputs.theirs), "theirs")
        _ensure_decided(step, schema)
    except InvalidValue as error:
        record = step.external_id if step.local_id is None else f"{step.external_id} ({step.local_id})"
        raise InvalidValue(
            f"the step of record {quoted(record)} cannot be planned: {error.message}", **error.details
        ) from None


def _values(step: Step) -> Iterator[Values]:
    inputs = step.inputs
    yield inputs.base or {}
    yield values_of(inputs.ours)
    yield values_of(inputs.theirs)
    yield inputs.in_flight
    yield step.pushes


def _texts(step: Step) -> Iterator[tuple[str, str]]:
    yield "external_id", step.external_id or ""
    yield "proof", step.proof or ""
    yield from (("candidates", one) for one in step.inputs.candidates)
    yield from (("overrides", name) for name in step.inputs.overrides)
    yield from (("untouched", name) for name in step.inputs.untouched)


def _ensure_decided(step: Step, schema: Schema) -> None:
    decision = step.decision
    ensure_is(Action, decision.action, "action")
    ensure_fields(schema, decision.apart, "apart")
    for text, name in ((decision.rule, "rule"), (decision.reason, "reason")):
        ensure_is(str, text, name)
        kept_size(text, name)
    for made in decision.fields:
        ensure_is(FieldDecision, made, "fields", " each")
        ensure_fields(schema, [made.field])
        _ensure_made_of(step.inputs, made)


def _ensure_made_of(inputs: Inputs, made: FieldDecision) -> None:
    name = made.field
    ensure_is(Side, made.side, name)
    check_values({name: made.value})
    for text in (made.rule, made.reason):
        ensure_is(str, text, name)
        kept_size(text, name)
    if isinstance(inputs.ours, Presence) or isinstance(inputs.theirs, Presence):
        raise InvalidValue(f"{name} was decided, but a side does not show the record", field=name)
    given = (inputs.base or {}).get(name), inputs.ours.get(name), inputs.theirs.get(name)
    shown = name in inputs.ours and name in inputs.theirs
    if not shown or [*map(typed, given)] != [*map(typed, (made.base, made.ours, made.theirs))]:
        raise InvalidValue(f"{name} was decided of other values than its inputs hold: decide them anew", field=name)
