"""``tresen sync apply``."""

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from ...domain.shared.ids import PlanId
from .answer import Answer
from .call import Given, in_tenant
from .options import ByOption, JsonOption, TenantOption
from .run_answer import look_at, runs_answer


async def apply(
    plan: Annotated[UUID, Parameter(name="PLAN", help="The plan's id.")],
    /,
    *,
    accept_guard: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Let it through although a guard holds it.")
    ] = False,
    by: ByOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Apply a plan exactly as it was made; refused when anything that it was made from has changed since. Exit code 7
    when a guard holds it.
    """
    accepted_by = (by or call.terminal.login_name) if accept_guard else None
    async with in_tenant(call, tenant) as (use, home):
        run = await use.sync.apply(home.id, PlanId(plan), accepted_by=accepted_by)
        accounts = {one.id: one for one in await use.list_provider_accounts(home.id)}
        ran = await look_at(use, home, accounts[run.account_id], run)
    return runs_answer([ran], home.zone, tenant, as_json=as_json)
