"""What open tasks ask of records at a provider, and how a sync sees that it is done there."""

from collections.abc import Callable, Sequence

import attrs

from ....domain.membership.package import Package
from ....domain.staff.task import StaffTask
from ....domain.sync.canonical import Value, Values
from ....domain.sync.schema import Schema
from ...membership.asked_of_membership import ASKED, is_seen, telling
from ...ports.gym import Operation
from ..records.kinds import MEMBERSHIP
from ..records.task_at_provider import BESIDE, OPERATIONS

# What a task calls otherwise than the schema does.
_FIELDS = {"stage": "status"}
_OF_VALUES = {*(operation.value for operation in OPERATIONS.values()), Operation.CANCEL_MEMBERSHIP.value}


@attrs.frozen(kw_only=True)
class Wish:
    """One thing that a task asks for: ``is_so`` tells it from what the provider shows, by the fields that are
    ``telling``. Without such no sync ever sees it.
    """

    telling: frozenset[str]
    is_so: Callable[[Values], bool]


def wishes_of(task: StaffTask, schema: Schema, on_sale: Sequence[Package]) -> Sequence[Wish]:
    """One for each value that is asked for; none where it is not about values of a record of that kind."""
    if task.operation not in _OF_VALUES:
        return ()
    wanted = {name: value for name, value in task.details.items() if name not in BESIDE}
    return [_wish(schema, name, value, on_sale) for name, value in wanted.items()]


def _wish(schema: Schema, name: str, value: str | None, on_sale: Sequence[Package]) -> Wish:
    if schema.kind == MEMBERSHIP and name in ASKED:
        return Wish(
            telling=telling(name, value),
            is_so=lambda shown: is_seen(name, value, shown, on_sale),
        )
    return _of_field(schema, _FIELDS.get(name, name), value)


def _of_field(schema: Schema, name: str, value: str | None) -> Wish:
    if name not in schema.by_name:
        # Something else that a person must be told.
        return Wish(telling=frozenset(), is_so=lambda _: False)
    only = frozenset({name})
    return Wish(telling=only, is_so=lambda shown: name in shown and _is_there(schema, name, value, shown[name]))


def _is_there(schema: Schema, name: str, wanted: str | None, shown: Value) -> bool:
    """A task says everything as text."""
    return schema.by_name[name].same(wanted, shown) or (shown is not None and str(shown) == wanted)
