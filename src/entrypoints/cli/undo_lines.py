"""What is put back, for people: record by record, field by field."""

from collections.abc import Iterator, Sequence

from ...application.sync.undo_plan import RecordUndo, UndoAction
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


def undo_lines(records: Sequence[RecordUndo], *, overtaken: bool) -> list[Part]:
    """What would be put back, record by record."""
    if not records:
        return ["there is nothing to put back"]
    return [each for record in records for each in _record(record, overtaken=overtaken)]


def _record(record: RecordUndo, *, overtaken: bool) -> Iterator[Line]:
    sign, words, tone = _ACTIONS[record.action]
    if record.overtaken and not overtaken:
        sign, words, tone = "=", "stays: somebody edited it since; --overtaken deletes it", Tone.QUIET
    told = Span(f"{record.kind} {record.external_id}", Tone.TITLE)
    yield line(Span(f"{sign} ", tone), told, f" ({record.local_id}): ", Span(words, tone))
    for each in record.rollbacks:
        yield _rollback(each, overtaken=overtaken)
    for name, value in record.values.items():
        if value is not None:
            yield field_line("+", Tone.ADDED, name, Span(short_text(value), Tone.ADDED))


def _rollback(each: Rollback, *, overtaken: bool) -> Line:
    if each.overtaken and not overtaken:
        left = f"{short_text(each.now)} stays: somebody edited it since; --overtaken puts {short_text(each.back)} back"
        return field_line("=", Tone.QUIET, each.field, Span(left, Tone.QUIET))
    return field_line("~", Tone.ADDED, each.field, *change(each.now, each.back))
