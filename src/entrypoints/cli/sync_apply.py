"""``tresen sync apply``."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from cyclopts import Parameter

from ...application.sync.runs.execution import STEP
from ...domain.shared.errors import IllegalTransition
from ...domain.shared.ids import PlanId
from ...domain.sync.run import Run, RunState
from .answer import Answer, cell
from .call import Given, in_tenant
from .options import ByOption, JsonOption, TenantOption
from .run_answer import look_at, runs_answer
from .screen import ConsoleScreen
from .sync_held import command

if TYPE_CHECKING:
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases
    from .call import Call

_LATEST = 200


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
    """Apply a plan exactly as it was made; refused when anything that it was made from has changed since: here, or
    there as far as the provider tells changes. Exit code 7 when a guard holds it, 1 while another process syncs.
    """
    accepted_by = (by or call.terminal.login_name) if accept_guard else None
    async with in_tenant(call, tenant) as (use, home):
        try:
            run = await _apply(use, home, PlanId(plan), accepted_by, call, as_json=as_json)
        except IllegalTransition as error:
            told = await _applied(use, home, PlanId(plan), tenant)
            raise IllegalTransition(f"{error.message}{told}", **error.details) from None
        accounts = {one.id: one for one in await use.list_provider_accounts(home.id)}
        ran = await look_at(use, home, accounts[run.account_id], run)
    return runs_answer([ran], home.zone, tenant, as_json=as_json)


async def _apply(
    use: "UseCases", home: "Tenant", plan_id: PlanId, accepted_by: str | None, call: "Call", *, as_json: bool
) -> Run:
    """With progress where a person sees it: somebody who applies a plan knows already how much it is."""
    if as_json or not call.terminal.err.isatty():
        return await use.sync.apply(home.id, plan_id, accepted_by=accepted_by)
    steps = (await use.sync.show_plan(home.id, plan_id, limit=0)).count
    async with ConsoleScreen(call.terminal, {STEP: steps}).progress("applied") as progress:
        return await use.sync.apply(home.id, plan_id, accepted_by=accepted_by, progress=progress)


async def _applied(use: "UseCases", home: "Tenant", plan_id: PlanId, tenant: str | None) -> str:
    """When it was applied, and by which run as far as that is among the latest; empty for a plan that was not."""
    plan = (await use.sync.show_plan(home.id, plan_id, limit=1)).plan
    if plan.applied_at is None:
        return ""
    runs = await use.readers.runs(home.id, limit=_LATEST, account_id=plan.account_id, state=RunState.COMPLETED)
    by = next(
        (f" by run {run.id}: {command(f'sync runs show {run.id}', tenant)}" for run in runs if run.plan_id == plan_id),
        "",
    )
    return f" since {cell(plan.applied_at, home.zone, seconds=True)}{by}"
