"""Undo: an earlier value is put back as a new change, and an override keeps the next sync from undoing the undo."""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from .canonical import Value, Values
from .decision import WHOLE
from .history import is_end
from .journal import Change
from .schema import Schema


@attrs.frozen(kw_only=True)
class Rollback:
    """One field of one record that would get an earlier value back.

    ``change`` is the oldest of the lines that are undone by it. ``overtaken``: the field holds another value than the
    last of those lines gave it, so that somebody edited it since; such a field is put back only when that is wanted
    expressly.
    """

    change: Change
    field: str
    now: Value
    back: Value
    overtaken: bool


def rollback(schema: Schema, current: Values, changes: Iterable[Change]) -> Sequence[Rollback]:
    """What undoing these lines of one record would do, in the schema's order. ``changes``: oldest first.

    Of several lines of one field the oldest tells what to go back to. Lines that wrote nothing, and fields that hold
    the earlier value already, need nothing. Lines about the record as a whole are not for here.
    """
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for change in changes:
        if change.field != WHOLE and (change.wrote_ours or change.wrote_theirs) and change.field in schema.by_name:
            first.setdefault(change.field, change)
            last[change.field] = change
    found = (_one(schema, current, first[name], last[name]) for name in schema.names if name in first)
    return [each for each in found if not schema.by_name[each.field].same(each.now, each.back)]


def restored(rollbacks: Iterable[Rollback], *, overtaken: bool) -> Mapping[str, Value]:
    """The values to write; with ``overtaken`` also those that somebody edited since."""
    return {each.field: each.back for each in rollbacks if overtaken or not each.overtaken}


def _one(schema: Schema, current: Values, first: Change, last: Change) -> Rollback:
    now, same = current.get(first.field), schema.by_name[first.field].same
    # What ended came back as it was, if it came back.
    given = (last.value, last.ours) if is_end(last) else (last.value,)
    return Rollback(
        change=first,
        field=first.field,
        now=now,
        back=first.before,
        overtaken=not any(same(now, value) for value in given),
    )
