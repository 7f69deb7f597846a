"""``tresen sync overrides``: what people and undos pinned."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ...application.sync.edits.overrides import Released, Upshot
from ...domain.sync.decision import WHOLE
from ..kinds import passed_over
from .answer import Answer, Table, cell, one_window
from .call import Given, account_names, in_tenant
from .diffs import short_text
from .documents import windowed
from .next_run import next_run
from .options import AccountOption, ByOption, JsonOption, LimitOption, OffsetOption, TenantOption, command_group
from .sync_documents import override_document, push_document
from .sync_options import KindArgument, RecordArgument, find_there, kind_of_record

if TYPE_CHECKING:
    from ...domain.sync.override import Override
    from ...domain.sync.push import Push

group = command_group("overrides", "What people and undos pinned against syncs: list, remove.")

_LOST, _IF_LOST = "the provider does not have it:", "should the provider not have it any more,"
_DELETES = "the next run deletes it here, unless the policy or what belongs to it keeps it"
_ASKS = "the next run asks what becomes of it, as it was edited here or alone holds a value"
_RESTORES = "the next run makes it there anew, as it was edited here, or asks where the provider does not take it"
OUTLOOKS = {
    Upshot.DELETES: f"{_LOST} {_DELETES}",
    Upshot.DELETES_IF_LOST: f"{_IF_LOST} {_DELETES}",
    Upshot.ASKS: f"{_LOST} {_ASKS}",
    Upshot.ASKS_IF_LOST: f"{_IF_LOST} {_ASKS}",
    Upshot.RESTORES: f"{_LOST} {_RESTORES}",
    Upshot.RESTORES_IF_LOST: f"{_IF_LOST} {_RESTORES}",
    Upshot.MAKES: "the next run makes it anew here, if the provider has it",
}


@group.default
@group.command(name="list")
async def overrides(
    *,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List the fields of single records that are pinned: no policy moves them until the override is removed."""
    async with in_tenant(call, tenant) as (use, home):
        found = await use.sync.overrides(home.id, limit=limit + 1, offset=offset)
        names = await account_names(use, home)
    shown, more = found[:limit], len(found) > limit
    passed = [passed_over(each, use.sync.fields) for each in shown]
    table = Table(
        columns=("kind", "record", "field", "law", "why", "by", "since"),
        rows=[
            (
                *(each.kind, f"{names.get(each.account_id, str(each.account_id))}/{each.external_id}", each.field),
                *(each.law, _why(each, ends), each.set_by, cell(each.set_at, home.zone)),
            )
            for each, ends in zip(shown, passed, strict=True)
        ],
        empty="nothing is pinned",
    )
    return Answer(
        document=windowed(
            "overrides",
            [override_document(each, ends) for each, ends in zip(shown, passed, strict=True)],
            has_more=more,
        ),
        parts=[one_window(table, offset=offset, has_more=more)],
        as_json=as_json,
    )


def _why(override: "Override", ends: str | None) -> str:
    return override.because if ends is None else f"{override.because}; passed over: {ends}"


@group.command
async def remove(
    kind: KindArgument,
    id_: RecordArgument,
    field: Annotated[str, Parameter(name="FIELD", help="The field; * for the record as a whole.")] = WHOLE,
    /,
    *,
    account: AccountOption = None,
    by: ByOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Take an override away: the policy holds again, the next run looks at the record anew, and the journal says who
    did it. What waits to be written there only because of it is withdrawn, unless it was sent.
    """
    async with in_tenant(call, tenant) as (use, home):
        kind = kind_of_record(use, kind)
        there = await find_there(use, home, kind, id_, account)
        released = await use.sync.remove_override(
            home.id,
            account_id=there.account_id,
            kind=kind,
            external_id=there.external_id,
            field=field,
            by=by or call.terminal.login_name,
        )
    removed = {"account_id": str(there.account_id), "kind": kind, "external_id": there.external_id, "field": field}
    anew = f"the next run looks at it anew: {next_run([kind], tenant)}"
    told = f"no longer pinned: {kind} {there.external_id} {field}; {anew}"
    document = {
        "removed": removed,
        "outlook": None if released.outlook is None else released.outlook.value,
        "withdrawn": [push_document(each) for each in released.withdrawn],
        "waiting": [push_document(each) for each in released.waiting],
    }
    parts = [told] if released.outlook is None else [told, OUTLOOKS[released.outlook]]
    return Answer(document=document, parts=[*parts, *on_its_way(released, field)], as_json=as_json)


def on_its_way(released: Released, field: str) -> list[str]:
    """What becomes of each value of the field that waited to be written there."""
    gone = [f"not written there any more: {field} {short_text(each.values[field])}" for each in released.withdrawn]
    return gone + [_waits(each, f"{field} {short_text(each.values[field])}") for each in released.waiting]


def _waits(push: "Push", what: str) -> str:
    if push.attempts:
        return f"may be there already: {what}; it was sent, and no answer came"
    return f"written there by the next run all the same: {what}"
