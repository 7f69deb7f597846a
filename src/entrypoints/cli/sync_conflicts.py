"""``tresen sync conflicts``: what waits for a person, and what did."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from ...domain.shared.ids import AccountId, ConflictId
from ...domain.sync.conflict import PAIRING, Conflict, ConflictState
from ...domain.sync.decision import WHOLE
from .answer import Answer, cell, page_table
from .call import Given, account_names, in_tenant
from .conflict_lines import conflict_lines, decision_lines, edited_lines, side_cells
from .conflict_options import ConflictOptions, ensure_known
from .conflict_records import identified, record_document, record_parts
from .documents import listed
from .options import (
    JsonOption,
    LimitOption,
    OffsetOption,
    TenantOption,
    command_group,
    word_or_all,
)
from .sync_documents import conflict_document

group = command_group("conflicts", "What waits for a person to decide: list, show.")

_MEANT = {WHOLE: "as a whole", PAIRING: "which of ours"}


@group.default
@group.command(name="list")
async def conflicts(
    *,
    state: Annotated[
        str, Parameter(metavar="WORD", help="Only those: open, resolved, settled (by itself); or all.")
    ] = ConflictState.OPEN.value,
    which: ConflictOptions | None = None,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List what a person must decide, newest first: what was agreed before, and what both sides say now."""
    wanted = word_or_all(ConflictState, state, "state")
    async with in_tenant(call, tenant) as (use, home):
        asked = which or ConflictOptions()
        which_ones = await asked.wanted(use, home, wanted)
        page = await use.readers.conflicts(home.id, which_ones, limit=limit, offset=offset)
        if not page.count:
            await ensure_known(use, home, which_ones)
        names = await account_names(use, home)
    table = page_table(
        columns=("id", "account", "kind", "id there", "field", "base", "ours", "theirs", "state", "since"),
        rows=[_row(each, names, home.zone) for each in page.items],
        count=page.count,
        offset=offset,
        filtered=not asked.is_empty,
        empty="no conflict: nothing waits for you" if wanted is ConflictState.OPEN else "no conflict of that state",
    )
    document = listed("conflicts", [conflict_document(each) for each in page.items], page.count)
    return Answer(document=document, parts=[table], as_json=as_json)


@group.command
async def show(
    id_: Annotated[UUID, Parameter(name="ID", help="The conflict's id.")],
    /,
    *,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Show a conflict in full, with the record on both sides where it is about all of it, whom each candidate means,
    and the commands that decide it.
    """
    async with in_tenant(call, tenant) as (use, home):
        full = await use.sync.conflict_in_full(home.id, ConflictId(id_))
        names = await account_names(use, home)
    now = (full.ours_now,) if full.is_edited else ()
    parts = [*conflict_lines(full.conflict, names, home.zone, now), *record_parts(full)]
    if full.is_edited:
        commands = edited_lines(full.conflict, full.ours_now, tenant)
    else:
        commands = decision_lines(full.conflict, tenant, identified(full))
    return Answer(
        document={"conflict": conflict_document(full.conflict), **record_document(full)},
        parts=[*parts, *commands],
        as_json=as_json,
    )


def _state(each: Conflict) -> str:
    moved = " and ".join(side.value for side in each.edited_since)
    return f"{each.state.value}; {moved} edited since" if moved else each.state.value


def _field(each: Conflict) -> str:
    return f"{each.field} ({_MEANT[each.field]})" if each.field in _MEANT else each.field


def _row(each: Conflict, names: Mapping[AccountId, str], zone: str) -> tuple[str, ...]:
    return (
        *(str(each.id), names.get(each.account_id, str(each.account_id)), each.kind, each.external_id, _field(each)),
        *side_cells(each),
        *(_state(each), cell(each.opened_at, zone)),
    )
