"""``tresen sync run`` and ``tresen sync apply``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...application.sync.sync_account import no_progress
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import PlanId
from ...domain.sync.run import Run, RunState, SyncError
from .answer import Answer, Part, Table, cell
from .call import Given, choose_gym_accounts, full_name, in_tenant
from .documents import listed
from .exit_codes import ExitCode
from .options import AccountsOption, JsonOption, TenantOption
from .screen import ConsoleScreen
from .sync_documents import run_document
from .sync_errors import error_documents, error_tables
from .sync_held import held_document, held_lines
from .sync_runs import COUNTS, KINDS, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...domain.sync.kept_plan import KeptPlan
    from ...domain.tenancy.provider_account import ProviderAccount
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases
    from .call import Call

_ERRORS_SHOWN = 10
_FAILED = frozenset({RunState.FAILED, RunState.INTERRUPTED})

WholeOption = Annotated[
    bool, Parameter(negative=(), show_default=False, help="List everything, not only what changed since the last run.")
]
ByOption = Annotated[
    str | None, Parameter(metavar="NAME", help="Who decides it; without it the name of the login here.")
]


@attrs.frozen
class Ran:
    """A run, the account it was for, and the plan that a guard holds."""

    account: "ProviderAccount"
    run: Run
    held: "KeptPlan | None" = None


async def run_(
    kind: Annotated[
        Literal["members", "leads", "all"], Parameter(help="What to sync; members bring memberships.")
    ] = "all",
    /,
    *,
    force: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Run even if the last success is less than an hour ago.")
    ] = False,
    whole: WholeOption = False,
    accept_guard: Annotated[
        UUID | None,
        Parameter(metavar="PLAN", help="Apply this plan, which a guard holds, as it was made; and nothing else."),
    ] = None,
    account: AccountsOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Sync now, account by account. Exit code 1 when a run failed, 7 when a guard held one; a skipped run is no
    failure and says why.
    """
    if accept_guard is not None:
        if kind != "all" or force or whole or account is not None:
            raise InvalidValue(
                "--accept-guard applies one plan: it goes without a kind and other options", field="plan"
            )
        return await apply(accept_guard, accept_guard=True, tenant=tenant, as_json=as_json, call=call)
    kinds = KINDS if kind == "all" else (kind,)
    async with in_tenant(call, tenant) as (use, home):
        accounts = await choose_gym_accounts(use, home, account)
        screen = await sync_screen(use, home, accounts, call, as_json=as_json)
        runs = [
            (one, await _run(use, home, one, kind, force=force, whole=whole, screen=screen))
            for one in accounts
            for kind in kinds
        ]
        ran = [Ran(one, run, await held_plan(use, home, run)) for one, run in runs]
        errors = await _errors(use, home, ran)
    return _answer(ran, errors, home.zone, tenant, as_json=as_json)


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
        ran = [Ran(accounts[run.account_id], run)]
        errors = await _errors(use, home, ran)
    return _answer(ran, errors, home.zone, tenant, as_json=as_json)


async def held_plan(use: "UseCases", tenant: "Tenant", run: Run) -> "KeptPlan | None":
    """The plan that a guard held in this run."""
    if run.state is not RunState.HELD or run.plan_id is None:
        return None
    return (await use.sync.show_plan(tenant.id, run.plan_id, limit=1)).plan


async def sync_screen(
    use: "UseCases", tenant: "Tenant", accounts: "Sequence[ProviderAccount]", call: "Call", *, as_json: bool
) -> ConsoleScreen | None:
    """Where the progress is shown; nowhere for programs."""
    return None if as_json else ConsoleScreen(call.terminal, await _totals(use, tenant, accounts))


def failure_code(ran: Sequence[Ran]) -> ExitCode:
    """What a script is told of these runs."""
    if any(r.run.state in _FAILED for r in ran):
        return ExitCode.FAILED
    return ExitCode.HELD if any(r.run.state is RunState.HELD for r in ran) else ExitCode.OK


async def _run(
    use: "UseCases",
    tenant: "Tenant",
    account: "ProviderAccount",
    kind: str,
    *,
    force: bool,
    whole: bool,
    screen: ConsoleScreen | None,
) -> Run:
    sync = use.sync.members if kind == "members" else use.sync.leads
    if screen is None:
        return await sync(tenant.id, account.id, force=force, whole=whole, progress=no_progress)
    async with screen.progress(account.name) as progress:
        return await sync(tenant.id, account.id, force=force, whole=whole, progress=progress)


async def _totals(use: "UseCases", tenant: "Tenant", accounts: "Sequence[ProviderAccount]") -> "Mapping[str, int]":
    """About how many records a sync will see: as many as are here. With several accounts nobody can tell."""
    if len(accounts) != 1:
        return {}
    counts = await use.readers.counts(tenant.id)
    return {kind: sum(counts.get(f"{kind}s", {}).values()) for kind in ("member", "membership", "lead")}


async def _errors(use: "UseCases", tenant: "Tenant", ran: Sequence[Ran]) -> Sequence[SyncError]:
    runs = {r.run.id for r in ran}
    recent = (await use.sync.status(tenant.id)).recent_errors
    return [error for error in recent if error.run_id in runs][:_ERRORS_SHOWN]


def _answer(ran: Sequence[Ran], errors: Sequence[SyncError], zone: str, tenant: str | None, *, as_json: bool) -> Answer:
    held = [(r, r.held) for r in ran if r.held is not None]
    parts: list[Part] = [_summary(ran), *error_tables(errors, zone)]
    for each, plan in held:
        parts += held_lines(plan, full_name(each.account), tenant)
    if any(r.run.counts.conflicts for r in ran):
        parts.append("conflicts wait for you: tresen sync conflicts")
    document = {
        **listed("runs", [run_document(r.run) for r in ran]),
        "errors": error_documents(errors),
        "held": [held_document(plan, tenant) for _, plan in held],
    }
    return Answer(document=document, parts=parts, as_json=as_json, code=failure_code(ran))


def _summary(ran: Sequence[Ran]) -> Table:
    return Table(
        columns=("account", "kind", "state", *COUNTS, "unchanged", "duration", "reason"),
        rows=[
            (
                *(r.account.name, r.run.kind, r.run.state.value, *counted(r.run)),
                *(str(r.run.counts.unchanged), _duration(r.run), cell(r.run.reason)),
            )
            for r in ran
        ],
    )


def _duration(run: Run) -> str:
    return "" if run.finished_at is None else f"{(run.finished_at - run.started_at).total_seconds():.1f} s"
