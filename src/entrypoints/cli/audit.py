"""``tresen audit``."""

from .answer import Answer, Table, cell
from .call import Given, in_tenant
from .documents import listed, row
from .options import JsonOption, LimitOption, TenantOption, command_group

group = command_group("audit", "Who changed, or tried to change, something through the API: list.")


@group.command(name="list")
async def list_(
    *, limit: LimitOption = 50, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """List the latest requests that changed something, or tried to, newest first."""
    async with in_tenant(call, tenant) as (use, home):
        entries = await use.audit.latest(home.id, limit=limit)
    table = Table(
        columns=("when", "who", "what", "answer", "from", "correlation id"),
        rows=[
            (
                *(cell(e.at, home.zone, seconds=True), e.name, e.action, str(e.status)),
                *(cell(e.address), e.correlation_id),
            )
            for e in entries
        ],
        empty="nobody changed anything through the API yet",
    )
    return Answer(document=listed("audit", [row(e) for e in entries]), parts=[table], as_json=as_json)
