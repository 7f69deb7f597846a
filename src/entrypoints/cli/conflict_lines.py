"""A conflict for people, and the commands that decide it."""

from collections.abc import Mapping
from types import MappingProxyType

from ...domain.shared.ids import AccountId
from ...domain.sync.canonical import Value
from ...domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState, Resolution
from ...domain.sync.decision import WHOLE
from ...domain.sync.one_sided import NEVER_AGREED
from ...domain.sync.side import Side
from .answer import Part, cell
from .diffs import short_text, value_text
from .members import about
from .next_run import next_run
from .sync_held import command
from .write_back import written_there

# By the side that deleted the record: what taking theirs means, and what keeping ours.
_WHOLE = {
    Side.THEIRS: ("delete it here, as the provider did", "keep it here, pinned"),
    Side.OURS: ("make it here anew, as the provider has it", "leave it away, pinned"),
}
_ABOUT = {WHOLE: "the record as a whole", PAIRING: "which of ours it is"}


def conflict_lines(
    conflict: Conflict, names: Mapping[AccountId, str], zone: str, now: tuple[Value, ...] = ()
) -> list[Part]:
    """Everything that is known of a conflict. ``now``: ours, where that is another by now."""
    decision = conflict.resolution
    values: dict[str, object] = {
        "conflict": conflict.id,
        "state": conflict.state.value,
        "account": names.get(conflict.account_id, str(conflict.account_id)),
        "kind": conflict.kind,
        "id there": conflict.external_id,
        "id here": conflict.local_id,
        "field": _ABOUT.get(conflict.field, conflict.field),
        **({name: value_text(getattr(conflict, name)) for name in ("base", "ours", "theirs")}),
        "ours now": f"{value_text(now[0])}; the next run shows it to whoever decides" if now else None,
        "edited here": _edited(conflict, Side.OURS, zone),
        "edited there": _edited(conflict, Side.THEIRS, zone),
        "candidates": ", ".join(conflict.candidates) or None,
        "why": f"{conflict.reason} ({conflict.rule})",
        "since": conflict.opened_at,
        "decided": None if decision is None else _decided(conflict, decision),
        "decided at": None if decision is None else decision.at,
        "was decided": None if conflict.former is None else _before(conflict, conflict.former, zone),
        "run": conflict.run_id,
    }
    if not conflict.is_about_field:
        values = {name: value for name, value in values.items() if name not in {"base", "ours", "theirs"}}
    return list(about(values, zone))


def _edited(conflict: Conflict, side: Side, zone: str) -> str | None:
    at = conflict.edited.ours_at if side is Side.OURS else conflict.edited.theirs_at
    if at is None:
        return None
    what = "opened" if conflict.resolution is None and conflict.former is None else "decided"
    since = f"; the record, after this conflict was {what}" if side in conflict.edited_since else ""
    return f"{cell(at, zone, seconds=True)}{since}"


def _before(conflict: Conflict, former: Resolution, zone: str) -> str:
    at = cell(former.at, zone)
    if conflict.is_about_field and former.choice is not Choice.VALUE:
        return f"{former.choice.value} {value_text(former.value)}, by {former.by}, {at}"
    return f"{_decided(conflict, former)}, {at}"


def _decided(conflict: Conflict, decision: Resolution) -> str:
    who = f"by {decision.by}"
    if decision.choice is Choice.VALUE:
        return f"{value_text(decision.value)}, typed {who}"
    if conflict.is_about_field:
        return f"{decision.choice.value} {value_text(getattr(conflict, decision.choice.value))}, {who}"
    if conflict.field == PAIRING:
        which = f"it is {decision.value or conflict.candidates[0]}" if decision.choice is Choice.OURS else "a new one"
        return f"{which}, {who}"
    return f"{decision.choice.value}, {who}"


def edited_lines(conflict: Conflict, now: Value, tenant: str | None) -> list[str]:
    """The commands where ours is another ``now`` than the conflict shows: nobody overwrites what they did not see."""
    return [
        f"take {short_text(now)}: {command(f'sync resolve {conflict.id} --ours', tenant)}",
        f"to decide otherwise, sync first: {next_run([conflict.kind], tenant)}",
    ]


def decision_lines(
    conflict: Conflict, tenant: str | None, identified: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """The commands that decide it, or open it again. ``identified``: what tells each candidate from the others."""
    if conflict.state is not ConflictState.OPEN:
        return [f"decide it anew: {command(f'sync reopen {conflict.id}', tenant)}"]

    def resolve(option: str, means: str) -> str:
        return f"{means}: {command(f'sync resolve {conflict.id} {option}', tenant)}"

    if conflict.field == PAIRING:
        linked = [resolve(f"--candidate {each}", f"it is {identified.get(each, each)}") for each in conflict.candidates]
        return [*linked, resolve("--theirs", "it is a new one, keep both")]
    if conflict.lost_by is not None:
        theirs, ours = _WHOLE[conflict.lost_by]
        return [resolve("--theirs", theirs), resolve("--ours", ours)]
    if value_text(conflict.ours) == value_text(conflict.theirs):
        agree = f"both sides hold {short_text(conflict.ours)}: the next run settles it"
        return [agree, resolve("--value TEXT", "take another value instead")]
    return [
        resolve("--theirs", f"take {short_text(conflict.theirs)}"),
        resolve("--ours", f"take {short_text(conflict.ours)}"),
        resolve("--value TEXT", "take another value"),
    ]


def outcome_line(conflict: Conflict) -> str:
    """What a decision did, and what becomes of the provider's side, where no value of a field goes there."""
    choice = None if conflict.resolution is None else conflict.resolution.choice
    if conflict.field == PAIRING:
        return "decided: the two are linked" if choice is Choice.OURS else "decided: it is a new record; both are kept"
    if conflict.lost_by is not None:
        return _OUTCOMES[conflict.lost_by, choice is Choice.OURS]
    taken = {Choice.OURS: "our value stays", Choice.THEIRS: "the provider's value is here, too"}
    told = taken.get(choice, "the typed value is here") if choice else ""
    return f"decided: {told}{'' if written_there(conflict) else '; nothing is to be written to the provider'}"


_PINNED = "pinned, see tresen sync overrides"
_OUTCOMES = {
    (Side.THEIRS, True): f"decided: it stays here ({_PINNED}); nothing is made at the provider",
    (Side.THEIRS, False): "decided: it was deleted here; the provider has it no more",
    (Side.OURS, True): f"decided: it stays away ({_PINNED}); the provider keeps it",
    (Side.OURS, False): "decided: the next run makes it here anew, as the provider has it",
}


def side_cells(conflict: Conflict) -> tuple[str, str, str]:
    """What was agreed on, and what both sides have, for a list."""
    if conflict.lost_by is not None:
        stays = "not agreed on" if conflict.rule == NEVER_AGREED else "edited"
        return ("", "deleted", stays) if conflict.lost_by is Side.OURS else ("", stays, "deleted")
    if conflict.field == PAIRING:
        return "", f"one of {len(conflict.candidates)}", "new"
    return short_text(conflict.base), short_text(conflict.ours), short_text(conflict.theirs)
