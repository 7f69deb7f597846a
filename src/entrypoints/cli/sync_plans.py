"""``tresen sync plan``: what a sync would do, before it does it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from cyclopts import Parameter

from ...application.sync.runs.sync_account import no_progress
from ...application.sync.views.look_at_plans import ShownPlan
from ...domain.shared.ids import PlanId
from ...domain.sync.kept_plan import PlanState
from ...domain.sync.run import Run, RunState
from ..kinds import known_kind
from .answer import Answer, Part, Table, cell, one_window
from .call import Given, account_names, choose_account_id, full_name, in_tenant, one_gym_account
from .documents import listed, windowed
from .exit_codes import ExitCode
from .options import (
    AccountOption,
    AccountsOption,
    JsonOption,
    LimitOption,
    OffsetOption,
    TenantOption,
    command_group,
    word_or_all,
)
from .plan_documents import plan_document, step_document
from .plan_lines import plan_parts, waiting_lines
from .run_answer import Ran, failure_code
from .sync_documents import run_document
from .sync_held import held_document
from .sync_options import WholeOption
from .sync_run import ALL, sync_screen
from .sync_runs import KINDS

if TYPE_CHECKING:
    from ...domain.tenancy.provider_account import ProviderAccount
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases
    from .screen import ConsoleScreen

group = command_group("plan", "What a sync would do: make a plan, list, show.")

_MADE = frozenset({RunState.PLANNED, RunState.HELD})


@group.default
async def plan(
    kind: Annotated[
        str,
        Parameter(help="What would be synced: members, which bring memberships, leads, or all; also in the singular."),
    ] = ALL,
    /,
    *,
    whole: WholeOption = False,
    limit: LimitOption = 50,
    account: AccountOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Make a plan of each kind and show it, record by record; nothing else is written, here or there. Exit code 7 when
    a guard would hold one, 1 when one was not made because another process syncs.
    """
    wanted = known_kind(kind, (*KINDS, ALL))
    async with in_tenant(call, tenant) as (use, home):
        chosen = await one_gym_account(use, home, account)
        screen = await sync_screen(use, home, [chosen], call, as_json=as_json)
        made: list[tuple[Run, ShownPlan | None]] = []
        for each in KINDS if wanted == ALL else (wanted,):
            run = await _planned(use, home, chosen, each, whole=whole, screen=screen)
            plan_id = run.plan_id if run.state in _MADE else None
            made.append((run, None if plan_id is None else await use.sync.show_plan(home.id, plan_id, limit=limit)))
    code = _code([Ran(chosen, run) for run, _ in made])
    parts = [part for run, shown in made for part in _parts(run, shown, full_name(chosen), home.zone, tenant)]
    if sum(shown is not None for _, shown in made) > 1:
        parts.append("each kind has a plan of its own, which is applied by itself")
    documents = [_made_document(run, shown, tenant) for run, shown in made]
    document = listed("plans", documents) if wanted == ALL else documents[0]
    return Answer(document=document, parts=parts, as_json=as_json, code=code)


@group.command
async def show(
    plan_id: Annotated[UUID, Parameter(name="PLAN", help="The plan's id.")],
    /,
    *,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Show a plan that was made before, record by record and field by field, with the reason of each choice."""
    async with in_tenant(call, tenant) as (use, home):
        shown = await use.sync.show_plan(home.id, PlanId(plan_id), limit=limit, offset=offset)
        names = await account_names(use, home)
    account = names.get(shown.plan.account_id, str(shown.plan.account_id))
    parts = plan_parts(shown, offset, account, home.zone, tenant)
    return Answer(document=_document(shown, offset, tenant), parts=parts, as_json=as_json)


@group.command(name="list")
async def list_(
    *,
    state: Annotated[
        str | None,
        Parameter(metavar="WORD", help="Only those: planned, held, applied, stale or broken; or all."),
    ] = None,
    account: AccountsOption = None,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List the plans that are kept, newest first: of runs, and those that were only made."""
    wanted = word_or_all(PlanState, state, "state")
    async with in_tenant(call, tenant) as (use, home):
        chosen = await choose_account_id(use, home, account)
        found = await use.sync.plans(home.id, limit=limit + 1, offset=offset, account_id=chosen, state=wanted)
        names = await account_names(use, home)
    shown, more = found[:limit], len(found) > limit
    table = Table(
        columns=("id", "account", "kind", "state", "made", "steps", "accepted by", "applied"),
        rows=[
            (
                *(str(each.id), names.get(each.account_id, str(each.account_id)), each.kind, each.state.value),
                *(cell(each.created_at, home.zone), str(plan_document(each)["steps"]), cell(each.accepted_by)),
                cell(each.applied_at, home.zone),
            )
            for each in shown
        ],
        empty="no plan yet; make one: tresen sync plan"
        if wanted is None and account is None
        else "nothing fits what was asked for",
    )
    document = windowed("plans", [plan_document(p) for p in shown], has_more=more)
    parts = [one_window(table, offset=offset, has_more=more)]
    return Answer(document=document, parts=parts, as_json=as_json)


async def _planned(
    use: "UseCases",
    tenant: "Tenant",
    account: "ProviderAccount",
    kind: str,
    *,
    whole: bool,
    screen: "ConsoleScreen | None",
) -> Run:
    if screen is None:
        return await use.sync.plan(tenant.id, account.id, kind, whole=whole, progress=no_progress)
    async with screen.progress(account.name) as progress:
        return await use.sync.plan(tenant.id, account.id, kind, whole=whole, progress=progress)


def _code(ran: Sequence[Ran]) -> ExitCode:
    """A plan that was not made because somebody else syncs is nothing that a script may go on from."""
    return ExitCode.FAILED if any(r.run.state is RunState.SKIPPED for r in ran) else failure_code(ran)


def _parts(run: Run, made: ShownPlan | None, account: str, zone: str, tenant: str | None) -> Sequence[Part]:
    if made is None:
        again = "; try again when it is done" if run.state is RunState.SKIPPED else ""
        return [f"{run.kind} at {account}: {run.state.value}; {run.reason or 'there is nothing to do'}{again}"]
    return [*plan_parts(made, 0, account, zone, tenant), *waiting_lines(run)]


def _made_document(run: Run, made: ShownPlan | None, tenant: str | None) -> dict[str, object]:
    shown = {"plan": None, **listed("steps", [])} if made is None else _document(made, 0, tenant)
    return {"run": run_document(run), **shown}


def _document(shown: ShownPlan, offset: int, tenant: str | None) -> dict[str, object]:
    steps = [step_document(number, kind, step) for number, (kind, step) in enumerate(shown.steps, start=offset)]
    held = shown.plan.state is PlanState.HELD
    return {
        "plan": plan_document(shown.plan),
        **listed("steps", steps, shown.count),
        **({"held": held_document(shown.plan, tenant)} if held else {}),
    }
