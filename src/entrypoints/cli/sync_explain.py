"""``tresen sync explain``: why a record is as it is."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from cyclopts import Parameter

from ...application.sync.explain import FieldExplanation, Origin, RecordExplanation
from ...domain.shared.ids import AccountId
from .answer import Answer, Part, Table, cell
from .call import Given, account_names, in_tenant
from .diffs import short_text, value_text
from .documents import fields, listed, plain
from .lines import title
from .members import about
from .options import AccountOption, JsonOption, TenantOption
from .sync_documents import change_document
from .sync_options import KindArgument, RecordArgument, find_ours

_ORIGINS = {
    Origin.CREATED: "the provider, when it was linked",
    Origin.LOCAL: "here",
    Origin.JOURNAL: "",
}


async def explain(
    kind: KindArgument,
    id_: RecordArgument,
    field: Annotated[str | None, Parameter(name="FIELD", help="Only this field, in full.")] = None,
    /,
    *,
    account: AccountOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Tell why a record is as it is, field by field: whose value, since when, against what, by which law and run."""
    async with in_tenant(call, tenant) as (use, home):
        local_id = await find_ours(use, home, kind, id_, account)
        records = await use.sync.explain(home.id, kind, local_id, field=field)
        names = await account_names(use, home)
    parts: list[Part] = []
    for record in records:
        parts.append(title(_heading(record, names)))
        parts += [_table(record, home.zone)] if field is None else _in_full(record.fields[0], home.zone)
    return Answer(document=listed("records", [_document(each) for each in records]), parts=parts, as_json=as_json)


def _heading(record: RecordExplanation, names: Mapping[AccountId, str]) -> str:
    account = names.get(record.account_id, str(record.account_id))
    return f"{record.kind} {record.local_id} is {account}/{record.external_id}"


def _table(record: RecordExplanation, zone: str) -> Table:
    return Table(
        columns=("field", "here", "provider", "from", "since", "why", "law", "waits"),
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
    return each.change.side.value if each.change else _ORIGINS[each.origin]


def _why(each: FieldExplanation) -> str:
    return each.change.reason if each.change else ""


def _waits(each: FieldExplanation) -> str:
    waits = ["a person"] if each.conflict else []
    return ", ".join([*waits, *(f"a push ({push.state.value})" for push in each.waiting)])


def _in_full(each: FieldExplanation, zone: str) -> Sequence[Part]:
    change, override, conflict = each.change, each.override, each.conflict
    told: dict[str, object] = {
        "field": each.field,
        "here": value_text(each.ours),
        "provider": value_text(each.base) if each.agreed else "never agreed on",
        "from": _from(each),
        "law": f"{each.law}, by {each.law_from}",
    }
    if change is not None:
        told |= {
            "since": change.at,
            "base then": value_text(change.base),
            "here then": value_text(change.ours),
            "provider then": value_text(change.theirs),
            "taken": value_text(change.value),
            "rule": change.rule,
            "why": change.reason,
            "change": change.id,
        }
    told["run"] = each.run_id
    if override is not None:
        told["pinned"] = f"{override.law} by {override.set_by}: {override.because}"
    if conflict is not None:
        told["conflict"] = f"{conflict.id}: ours {short_text(conflict.ours)}, theirs {short_text(conflict.theirs)}"
    for push in each.waiting:
        told["push"] = f"{push.state.value}: {value_text(push.values[each.field])}; {push.why or 'not tried yet'}"
    return about(told, zone)


def _document(record: RecordExplanation) -> dict[str, object]:
    return {
        **fields(record, "account_id", "kind", "external_id", "local_id"),
        "fields": [
            {
                **fields(each, "field", "ours", "base", "agreed", "origin"),
                "change": None if each.change is None else change_document(each.change),
                **fields(each, "run_id", "law", "law_from"),
                "override": None
                if each.override is None
                else fields(each.override, "law", "because", "set_by", "set_at"),
                "conflict_id": None if each.conflict is None else plain(each.conflict.id),
                "waiting": [
                    {**fields(push, "id", "state", "why"), "value": plain(push.values[each.field])}
                    for push in each.waiting
                ],
            }
            for each in record.fields
        ],
    }
