"""``tresen audit``."""

from .answer import Answer, Table, cell, one_window
from .call import Given, in_tenant
from .documents import row, windowed
from .options import JsonOption, LimitOption, OffsetOption, TenantOption, command_group

group = command_group("audit", "Who changed, or tried to change, something through the API: list.")


@group.command(name="list")
async def list_(
    *,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List the latest requests that changed something, or tried to, newest first."""
    async with in_tenant(call, tenant) as (use, home):
        entries = await use.audit.latest(home.id, limit=limit + 1, offset=offset)
    shown, more = entries[:limit], len(entries) > limit
    table = Table(
        columns=("when", "who", "what", "answer", "from", "correlation id"),
        rows=[
            (
                *(cell(e.at, home.zone, seconds=True), e.name, e.action, str(e.status)),
                *(cell(e.address), e.correlation_id),
            )
            for e in shown
        ],
        empty="nobody changed anything through the API yet",
    )
    document = windowed("audit", [row(e) for e in shown], has_more=more)
    return Answer(document=document, parts=[one_window(table, offset=offset, has_more=more)], as_json=as_json)
