"""The record that a conflict is about, for people: field by field, as each side has it."""

from collections.abc import Mapping

from ...application.sync.views.conflict_in_full import ConflictInFull
from ...domain.sync.canonical import Value, Values
from ...domain.sync.conflict import PAIRING
from ...domain.sync.side import Side
from .answer import Part, Table
from .diffs import short_text
from .documents import plain

_NOT_KEPT = "what the provider showed is kept no more: look there, or sync again"


def record_parts(full: ConflictInFull) -> list[Part]:
    """Nothing for a conflict about one field, which tells its values itself."""
    if full.conflict.is_about_field:
        return []
    parts: list[Part] = []
    if full.conflict.field == PAIRING:
        sides: dict[str, Values | None] = {"at the provider": full.theirs}
        sides |= {f"candidate {n}": one.values for n, one in enumerate(full.candidates, start=1)}
    else:
        sides = {"agreed": full.base, "ours": full.ours, "theirs": full.theirs}
    parts.append(_table(sides))
    if full.theirs is None and full.conflict.lost_by is not Side.THEIRS:
        parts.append(_NOT_KEPT)
    return parts


def identified(full: ConflictInFull) -> Mapping[str, str]:
    """Each candidate by what tells it from others: name, e-mail address and id."""
    return {one.id: _who(one.id, one.values) for one in full.candidates}


def record_document(full: ConflictInFull) -> dict[str, object]:
    """The same for programs."""
    return {
        "sides": {name: plain(getattr(full, name)) for name in ("base", "ours", "theirs")},
        "is_edited": full.is_edited,
        "candidates": [{"id": one.id, "values": plain(one.values)} for one in full.candidates],
    }


def _who(key: str, values: Values | None) -> str:
    if values is None:
        return f"{key} (it is no more)"
    name = " ".join(str(values[part]) for part in ("first_name", "last_name") if values.get(part))
    said = ", ".join(part for part in (name, str(values.get("email") or "")) if part)
    return f"{said} ({key})" if said else key


def _table(sides: Mapping[str, Values | None]) -> Table:
    names = dict.fromkeys(name for values in sides.values() for name in values or ())
    rows = [(name, *(_cell(values, name) for values in sides.values())) for name in names if _any(sides, name)]
    return Table(title="the record:", columns=("field", *sides), rows=rows, empty="nothing is known of the record")


def _any(sides: Mapping[str, Values | None], name: str) -> bool:
    return any(values is not None and values.get(name) is not None for values in sides.values())


def _cell(values: Values | None, name: str) -> str:
    value: Value = None if values is None else values.get(name)
    return "" if value is None else short_text(value)
