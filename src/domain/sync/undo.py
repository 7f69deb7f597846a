"""Undo: an earlier value is put back as a new change, and an override keeps the next sync from undoing the undo."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from ..shared.ids import RunId
from .canonical import Value, Values
from .decision import WHOLE
from .history import is_end
from .journal import UNDONE, Change
from .schema import Field, Schema


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


def rollback(
    schema: Schema, current: Values, changes: Iterable[Change], elsewhere: Collection[str] = ()
) -> Sequence[Rollback]:
    """What undoing these lines of one record would do, in the schema's order. ``changes``: oldest first.

    Of several lines of one field the oldest tells what to go back to; but what was first seen of it stays, for what it
    was before is not known, unless that was in a record ``elsewhere``: external ids to which ours is not tied. Lines
    that wrote nothing, and fields that hold the earlier value already, need nothing. Lines about the record as a whole
    are not for here.
    """
    found = (_one(schema, current, *wrote) for wrote in _written(schema, changes, elsewhere).values())
    return [each for each in found if not schema.by_name[each.field].same(each.now, each.back)]


def first_seen(schema: Schema, changes: Iterable[Change], elsewhere: Collection[str] = ()) -> Sequence[str]:
    """Fields of which these lines tell what was first seen, and stays, in the schema's order; ``elsewhere`` as for
    ``rollback``.
    """
    names = {change.field for change in changes if _stays(change, elsewhere)}
    return [name for name in schema.names if name in names]


def undone_by(
    schema: Schema, changes: Iterable[Change], lines: Sequence[Change], elsewhere: Collection[str] = ()
) -> Mapping[str, RunId]:
    """What of these lines of one record an undo put back already, with its run, unless that was undone in turn: what
    stands there now is what somebody did since. ``changes`` and ``elsewhere``: as for ``rollback``; ``lines``: all of
    the record's, oldest first.

    That a record is back that these lines ended is told of it as a whole (``*``).
    """
    found: dict[str, RunId] = {}
    for name, (first, last) in _written(schema, changes, elsewhere).items():
        later = lines[1 + next(place for place, line in enumerate(lines) if line.id == last.id) :]
        undo = _brought_back(later) if is_end(last) else _put_back(schema.by_name[name], first.before, later)
        if undo is not None:
            found[WHOLE if is_end(last) else name] = undo.run_id
    return found


def restored(rollbacks: Iterable[Rollback], *, overtaken: bool) -> Mapping[str, Value]:
    """The values to write; with ``overtaken`` also those that somebody edited since."""
    return {each.field: each.back for each in rollbacks if overtaken or not each.overtaken}


def _written(
    schema: Schema, changes: Iterable[Change], elsewhere: Collection[str]
) -> Mapping[str, tuple[Change, Change]]:
    """The first and the last line that wrote each field, in the schema's order; what was first seen of it and stays is
    not the first, and a field of which no other line tells is left out.
    """
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for change in changes:
        if change.field != WHOLE and (change.wrote_ours or change.wrote_theirs) and change.field in schema.by_name:
            if not _stays(change, elsewhere):
                first.setdefault(change.field, change)
            last[change.field] = change
    return {name: (first[name], last[name]) for name in schema.names if name in first}


def _stays(change: Change, elsewhere: Collection[str]) -> bool:
    return change.is_first_seen and change.external_id not in elsewhere


def _put_back(field: Field, back: Value, later: Iterable[Change]) -> Change | None:
    """The line by which an undo gave the field that value again."""
    undo: Change | None = None
    for line in later:
        if line.field != field.name or line.rule != UNDONE or is_end(line):
            continue
        if undo is None:
            undo = line if field.same(line.value, back) else None
        elif field.same(line.ours, undo.value) and field.same(line.value, undo.ours):
            undo = None
    return undo


def _brought_back(later: Iterable[Change]) -> Change | None:
    """The line by which an undo brought the record back."""
    undo: Change | None = None
    for line in later:
        if line.field == WHOLE and is_end(line):
            undo = None
        elif line.field == WHOLE and line.rule == UNDONE:
            undo = line
    return undo


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
