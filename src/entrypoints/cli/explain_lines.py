"""Why the fields of a record are as they are, for people."""

from collections.abc import Mapping, Sequence

from ...application.sync.views.explain import FieldExplanation, Origin, RecordExplanation
from ...domain.shared.ids import AccountId
from ...domain.sync.decision import WHOLE
from .answer import Part, Table, cell
from .diffs import short_text, value_text, whose
from .members import about
from .sync_held import command

_NEXT_RUN = "the next run decides"
_ORIGINS = {
    Origin.CREATED: "the provider, when it was linked",
    Origin.JOURNAL: "the journal",
    Origin.EDITED: "here, edited since",
}


def heading(record: RecordExplanation, names: Mapping[AccountId, str]) -> str:
    """Which record it is, on both sides."""
    account = names.get(record.account_id, str(record.account_id))
    return f"{record.kind} {record.local_id} is {account}/{record.external_id}"


def whole_lines(
    record: RecordExplanation, names: Mapping[AccountId, str], zone: str, tenant: str | None
) -> Sequence[Part]:
    """What happened to the record as a whole, and whether it is pinned as a whole. ``tenant`` is how it was named."""
    lines = [] if record.is_here else [_gone(record, zone)]
    lines += [f"{cell(each.at, zone)}: {each.reason} ({each.rule})" for each in record.changes]
    if record.override is not None:
        pin = record.override
        there = f"{names.get(record.account_id, str(record.account_id))}/{record.external_id}"
        remove = command(f"sync overrides remove {record.kind} {there} '*'", tenant)
        holds = "no sync makes or deletes it"
        if record.kept_here:
            holds += "; the provider does not have it, so what is edited stays here"
        lines.append(f"pinned as a whole by {pin.set_by}: {pin.because}; {holds}. To end that: {remove}")
    return lines


def _gone(record: RecordExplanation, zone: str) -> str:
    end = record.ended
    if end is None:
        return "it is deleted here; the journal does not tell when"
    return f"it is deleted here, since {cell(end.at, zone)}: {end.reason} ({end.rule}); run {end.run_id}"


def fields_table(record: RecordExplanation, zone: str) -> Table:
    """Every field on a line: what is here, and what both sides agreed on last."""
    return Table(
        columns=("field", "here", "agreed", "from", "since", "why", "law", "waits"),
        rows=[
            (
                *(each.field, short_text(each.ours), short_text(each.base) if each.agreed else ""),
                *(_from(each), cell(each.change.at, zone) if each.change else "", _why(each)),
                *(f"{each.law} ({each.law_from})", _waits(each)),
            )
            for each in record.fields
        ],
    )


def _from(each: FieldExplanation) -> str:
    if each.change is not None and each.origin is Origin.JOURNAL:
        return whose(each.change.side.value, each.change.rule)
    return _ORIGINS[each.origin]


def _why(each: FieldExplanation) -> str:
    return "; ".join(line.reason for line in (each.edit, each.change) if line is not None)


def _waits(each: FieldExplanation) -> str:
    waits = [f"a person: the provider has {short_text(each.conflict.theirs)}"] if each.conflict else []
    waits += [_NEXT_RUN] if each.undecided else []
    return ", ".join([*waits, *(f"a push ({push.state.value})" for push in each.waiting)])


def _edited(each: FieldExplanation, zone: str) -> str | None:
    return None if each.edit is None else f"{cell(each.edit.at, zone)}: {each.edit.reason}; run {each.edit.run_id}"


def in_full(each: FieldExplanation, zone: str) -> Sequence[Part]:
    """One field with everything that is known of it."""
    change, override, conflict = each.change, each.override, each.conflict
    told: dict[str, object] = {
        "field": each.field,
        "here": value_text(each.ours),
        "agreed": value_text(each.base) if each.agreed else "never",
        "provider": None if conflict is None else value_text(conflict.theirs),
        "from": _from(each),
        "law": f"{each.law}, by {each.law_from}",
    }
    if change is not None and change.field == WHOLE:
        told |= {
            "since": change.at,
            "rule": change.rule,
            "why": change.reason,
            "change": f"{change.id}, of the record as a whole",
        }
    elif change is not None:
        told |= {
            "since": change.at,
            "agreed then": value_text(change.base),
            "here then": value_text(change.ours),
            "provider then": value_text(change.theirs),
            "taken": value_text(change.value),
            "rule": change.rule,
            "why": change.reason,
            "change": change.id,
        }
    told |= {"edited": _edited(each, zone), "run": each.run_id}
    if override is not None and override.field != WHOLE:
        told["pinned"] = f"{override.law} by {override.set_by}: {override.because}"
    if each.released is not None:
        told["let go"] = f"{cell(each.released.at, zone)}: {each.released.reason}"
    if conflict is not None:
        told["conflict"] = f"{conflict.id}: ours {short_text(conflict.ours)}, theirs {short_text(conflict.theirs)}"
    for push in each.waiting:
        told["push"] = f"{push.state.value}: {value_text(push.values[each.field])}; {push.why or 'not tried yet'}"
    if each.undecided:
        told["waits"] = _NEXT_RUN
    return about(told, zone)
