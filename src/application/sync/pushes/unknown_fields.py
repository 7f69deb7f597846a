"""Values that wait for fields which a later version of their kind does not have: nobody can compare or write them."""

from collections.abc import Sequence

from ....domain.shared.errors import InvalidValue
from ....domain.sync.push import Push, PushState
from ....domain.sync.schema import Schema
from .push_end import PushEnd


def unknown_alone(schema: Schema, push: Push) -> PushEnd | None:
    """How one ends that is to write nothing else. None: it has something to write, or is to delete."""
    unknown = _unknown(schema, push)
    if not unknown or len(unknown) < len(push.values):
        return None
    error = _error(schema, unknown)
    return PushEnd(state=PushState.DROPPED, why=error.message, error=error)


def pass_over_unknown(schema: Schema, push: Push) -> InvalidValue | None:
    """Leave them out of what is to be written. What is to be told of it; None: there are none."""
    unknown = _unknown(schema, push)
    if not unknown:
        return None
    push.values = {name: value for name, value in push.values.items() if name in schema.by_name}
    push.expected = {name: value for name, value in push.expected.items() if name in schema.by_name}
    return _error(schema, unknown)


def _unknown(schema: Schema, push: Push) -> Sequence[str]:
    return [name for name in push.values if name not in schema.by_name]


def _error(schema: Schema, unknown: Sequence[str]) -> InvalidValue:
    what = f"a {schema.kind} has no {', '.join(unknown)} any more: what was to be written there of it is passed over"
    return InvalidValue(what, field=unknown[0])
