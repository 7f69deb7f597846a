"""What is put back, for people: record by record, field by field."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ...application.sync.undo.undo_guard import wanted_of
from ...application.sync.undo.undo_plan import RecordUndo, UndoAction
from ...domain.sync.guards import Trip
from ...domain.sync.undo import Rollback
from .answer import Part
from .diffs import change, short_text
from .lines import Line, Span, Tone, line
from .step_lines import field_line

_ACTIONS = {
    UndoAction.EDIT: ("~", "put values back", Tone.ADDED),
    UndoAction.DELETE: ("-", "delete here: it was made by the run", Tone.REMOVED),
    UndoAction.RESTORE: ("+", "bring back here", Tone.ADDED),
}

_COUNTED = {
    UndoAction.EDIT: "values of {:,} put back",
    UndoAction.DELETE: "{:,} deleted here",
    UndoAction.RESTORE: "{:,} brought back here",
}
_NOT_KEPT = {
    "created_at": "nobody kept it: it counts as made when it comes back",
    "member_id": "nobody kept it: if it became a member, it does not say any more which",
}
_FOR_STAFF = "        the provider takes no value of it: somebody must do it there, and staff get a task"
_FIRST_SEEN = "first seen then, and left as it is: what it was before is not known"
_SHOWN = 50


def undo_lines(records: Sequence[RecordUndo], *, overtaken: bool, every: bool = False) -> list[Part]:
    """What would be put back, record by record; of many only the first, unless it shall be ``every`` one."""
    if not records:
        return ["there is nothing to put back"]
    shown = records if every else records[:_SHOWN]
    parts: list[Part] = [each for record in shown for each in _record(record, overtaken=overtaken)]
    more = len(records) - len(shown)
    return [*parts, f"and {more:,} more; --all shows them, or --json"] if more else parts


def count_lines(records: Sequence[RecordUndo], *, overtaken: bool) -> list[Part]:
    """How many of the records change in which way."""
    if not records:
        return []
    wanted = wanted_of(records, overtaken=overtaken)
    counted = Counter(each.action for each in wanted)
    told = [words.format(counted[action]) for action, words in _COUNTED.items() if counted[action]]
    refused = sum(1 for each in records if each.refused)
    undone = sum(1 for each in records if each.is_undone)
    seen = sum(1 for each in records if each.is_first_seen)
    left = len(records) - len(wanted) - refused - undone - seen
    told += [f"{left:,} left alone, edited since"] if left else []
    told += [f"{undone:,} undone already"] if undone else []
    told += [f"{seen:,} first seen then"] if seen else []
    told += [f"{refused:,} cannot be undone"] if refused else []
    for_staff = sum(1 for each in wanted if each.for_staff)
    told += [f"staff get a task about {for_staff:,}"] if for_staff else []
    return [f"of {len(records):,} {'record' if len(records) == 1 else 'records'}: {', '.join(told)}"]


def guard_lines(trips: Sequence[Trip]) -> list[Part]:
    """What a guard says to it."""
    return [f"a guard holds it: {trip.message}; --accept-guard lets it through" for trip in trips]


def question(records: Sequence[RecordUndo], *, overtaken: bool) -> str:
    """What a person is asked, with the word for what is taken away."""
    actions = Counter(each.action for each in wanted_of(records, overtaken=overtaken))
    going = actions[UndoAction.DELETE]
    if not going:
        return "put it back?"
    delete = f"delete {going:,} {'record' if going == 1 else 'records'} here"
    return f"{delete}?" if len(actions) == 1 else f"{delete}, and put the rest back?"


def _record(record: RecordUndo, *, overtaken: bool) -> Iterator[Line]:
    sign, words, tone = _what(record, overtaken=overtaken)
    told = Span(f"{record.kind} {record.external_id}", Tone.TITLE)
    yield line(Span(f"{sign} ", tone), told, f" ({record.local_id}): ", Span(words, tone))
    if not record.refused and not record.is_undone:
        yield from _fields(record, overtaken=overtaken)


def _what(record: RecordUndo, *, overtaken: bool) -> tuple[str, str, Tone]:
    if record.refused:
        return "=", record.refusal, Tone.QUIET
    if record.is_undone:
        return "=", _already(record), Tone.QUIET
    if record.is_first_seen:
        return "=", "nothing to put back", Tone.QUIET
    if record.overtaken and not overtaken:
        return "=", "stays: somebody edited it since; --overtaken deletes it", Tone.QUIET
    sign, words, tone = _ACTIONS[record.action]
    if not record.tied and record.action is UndoAction.EDIT:
        words = f"{words} here alone: it is tied to no record at the provider any more"
    return sign, words, tone


def _fields(record: RecordUndo, *, overtaken: bool) -> Iterator[Line]:
    for each in record.rollbacks:
        yield _rollback(each, overtaken=overtaken)
        if each.field in record.for_staff and (overtaken or not each.overtaken):
            yield line(Span(_FOR_STAFF, Tone.QUIET))
    for name, run_id in record.undone.items():
        yield field_line("=", Tone.QUIET, name, Span(f"undone already by run {run_id}", Tone.QUIET))
    for name in record.first_seen:
        yield field_line("=", Tone.QUIET, name, Span(_FIRST_SEEN, Tone.QUIET))
    for name, value in record.values.items():
        if value is not None:
            yield field_line("+", Tone.ADDED, name, Span(short_text(value), Tone.ADDED))
    for name in record.not_kept:
        yield field_line("-", Tone.REMOVED, name, Span(_NOT_KEPT[name], Tone.QUIET))


def _already(record: RecordUndo) -> str:
    runs = list(dict.fromkeys(record.undone.values()))
    return f"undone already by {'run' if len(runs) == 1 else 'runs'} {', '.join(map(str, runs))}"


def _rollback(each: Rollback, *, overtaken: bool) -> Line:
    if each.overtaken and not overtaken:
        left = f"{short_text(each.now)} stays: somebody edited it since; --overtaken puts {short_text(each.back)} back"
        return field_line("=", Tone.QUIET, each.field, Span(left, Tone.QUIET))
    return field_line("~", Tone.ADDED, each.field, *change(each.now, each.back))
