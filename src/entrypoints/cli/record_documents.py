"""Why records are as they are, what they were, and what is put back, as JSON."""

from typing import TYPE_CHECKING

from .documents import fields, plain
from .sync_documents import conflict_document, override_document, push_document

if TYPE_CHECKING:
    from ...application.sync.undo.undo_plan import RecordUndo
    from ...application.sync.views.explain import FieldExplanation, RecordExplanation
    from ...domain.sync.history import Version
    from ...domain.sync.journal import Change

_RECORD = ("account_id", "kind", "external_id", "local_id")


def explanation_document(record: "RecordExplanation") -> dict[str, object]:
    """A record at one account, field by field."""
    return {
        **fields(record, *_RECORD),
        "override": None if record.override is None else override_document(record.override),
        **fields(record, "kept_here", "is_here"),
        "ended": None if record.ended is None else change_document(record.ended),
        "changes": [change_document(each) for each in record.changes],
        "fields": [_field(each) for each in record.fields],
    }


def _field(each: "FieldExplanation") -> dict[str, object]:
    return {
        **fields(each, "field", "ours", "base", "agreed", "origin", "run_id", "law", "law_from"),
        "change": None if each.change is None else change_document(each.change),
        "edit": None if each.edit is None else change_document(each.edit),
        "override": None if each.override is None else override_document(each.override),
        "released": None if each.released is None else change_document(each.released),
        "conflict": None if each.conflict is None else conflict_document(each.conflict),
        "waiting": [push_document(push) for push in each.waiting],
        "undecided": each.undecided,
    }


def version_document(version: "Version") -> dict[str, object]:
    """A version with the lines that made it so."""
    return {
        **fields(version, "number", "at"),
        "values": plain(version.values),
        "changes": [change_document(each) for each in version.changes],
        "released": [change_document(each) for each in version.released],
    }


def change_document(change: "Change") -> dict[str, object]:
    """A line of the journal."""
    sides = ("base", "ours", "theirs", "value", "side")
    return fields(change, "id", "run_id", "external_id", "field", *sides, "rule", "reason", "version", "at")


def undo_document(record: "RecordUndo") -> dict[str, object]:
    """One record's part of an undo."""
    return {
        **fields(record, *_RECORD, "action", "overtaken", "tied"),
        "refused": record.refused or None,
        "fields": [
            {**fields(each, "field", "now", "back", "overtaken"), "change_id": str(each.change.id)}
            for each in record.rollbacks
        ],
        "undone": {name: str(run_id) for name, run_id in record.undone.items()},
        "values": plain(record.values),
        **fields(record, "not_kept", "for_staff", "first_seen"),
    }
