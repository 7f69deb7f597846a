"""What open tasks ask of records at a provider: how a sync sees that it is done there, and when that takes a look."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import attrs

from ....domain.leads.stage import Stage
from ....domain.membership.package import Package
from ....domain.shared.ids import AccountId
from ....domain.staff.task import StaffTask
from ....domain.sync.canonical import Value, Values
from ....domain.sync.schema import Schema
from ...membership.asked_of_membership import fields_of, is_seen, telling
from ...ports.gym import Operation
from ...ports.unit_of_work import UnitOfWork
from ..records.counter_words import is_word, written_by
from ..records.kinds import MEMBERSHIP
from ..records.overtaken import OF_VALUES, values_of
from ..records.task_at_provider import record_of, text_of

_OF_VALUES = {operation.value for operation in OF_VALUES}


@attrs.frozen(kw_only=True)
class Wish:
    """One thing that a task asks for: ``is_so`` tells it from what the provider shows, by the fields that are
    ``telling``; with it all that are ``written`` may become others. Without telling fields no sync ever sees it.
    """

    telling: frozenset[str]
    written: frozenset[str]
    is_so: Callable[[Values], bool]

    def takes_look(self, agreed: Values, listed: Values, shows: frozenset[str] | None) -> bool:
        """Whether a look at the record alone may show more of it than a list does. ``agreed`` is what was seen before,
        ``shows`` as of a source.
        """
        is_news = not self.is_so(agreed) and self.is_so({**agreed, **listed})
        sought = self.written if is_news else self.telling
        return not (sought if shows is None else sought & shows) <= listed.keys()


@attrs.frozen
class Awaited:
    """What staff are asked to do about a record, of which this is ``agreed``."""

    agreed: Values
    wishes: Sequence[Wish]

    def takes_look(self, listed: Values, shows: frozenset[str] | None) -> bool:
        """As of each wish."""
        return any(wish.takes_look(self.agreed, listed, shows) for wish in self.wishes)


async def awaited_there(
    uow: UnitOfWork, account_id: AccountId, schema: Schema, *, now: datetime
) -> Mapping[str, Awaited]:
    """By the ids there of records of a kind at which a person is asked to see to something."""
    tasks: dict[str, list[StaffTask]] = {}
    for task in await uow.tasks.open_at(account_id):
        record = record_of(task)
        if record is not None and record[0] == schema.kind:
            tasks.setdefault(record[1], []).append(task)
    if not tasks:
        return {}
    links = await uow.sync_records.by_external_ids(account_id, schema.kind, tasks.keys())
    on_sale, today = await uow.packages.of_account(account_id), uow.tenant.today(now)
    return {
        external_id: Awaited(
            links[external_id].base if external_id in links else {},
            [wish for task in asked for wish in wishes_of(task, schema, on_sale, today)],
        )
        for external_id, asked in tasks.items()
    }


def wishes_of(task: StaffTask, schema: Schema, on_sale: Sequence[Package], today: date) -> Sequence[Wish]:
    """One for each value that is asked for; none where it is not about values of a record of that kind. ``today`` is
    the tenant's civil date.
    """
    if task.operation == Operation.CONVERT_LEAD.value:
        return [_of_field(schema, "status", Stage.CONVERTED.value)]
    if task.operation not in _OF_VALUES:
        return ()
    return [_wish(schema, name, value, on_sale, today) for name, value in values_of(task).items()]


def _wish(schema: Schema, name: str, value: str | None, on_sale: Sequence[Package], today: date) -> Wish:
    if schema.kind == MEMBERSHIP and is_word(MEMBERSHIP, name):
        return Wish(
            telling=telling(name, value),
            written=fields_of([name]),
            is_so=lambda shown: is_seen(name, value, shown, on_sale, today),
        )
    (field,) = written_by(schema.kind, name)
    return _of_field(schema, field, value)


def _of_field(schema: Schema, name: str, value: str | None) -> Wish:
    if name not in schema.by_name:
        # Something else that a person must be told.
        return Wish(telling=frozenset(), written=frozenset(), is_so=lambda _: False)
    only = frozenset({name})
    return Wish(
        telling=only, written=only, is_so=lambda shown: name in shown and _is_there(schema, name, value, shown[name])
    )


def _is_there(schema: Schema, name: str, wanted: str | None, shown: Value) -> bool:
    """A task says everything as text, a flag too."""
    field = schema.by_name[name]
    return field.same(wanted, shown) or text_of(field.canonical(shown)) == wanted
