"""``tresen sync runs``."""

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from ...domain.shared.ids import RunId
from ...domain.sync.kept_plan import PlanState
from ...domain.sync.run import PUSH, RunState
from ..kinds import known_kind
from .answer import Answer, Part, one_window
from .call import Given, account_names, choose_account_id, in_tenant
from .documents import windowed
from .options import AccountsOption, JsonOption, LimitOption, OffsetOption, TenantOption, command_group, word_or_all
from .plan_documents import plan_document
from .plan_lines import stale_lines
from .run_lines import run_lines, runs_table, unmet_lines
from .sync_documents import run_document
from .sync_errors import error_documents, error_tables
from .sync_held import command, held_lines

# What can be asked for, and what people do by hand.
KINDS = ("members", "leads")
RUN_KINDS = (*KINDS, PUSH, "resolve", "undo", "edit", "release")

group = command_group("runs", "What runs there were, and what came of them: list, show.")


@group.default
@group.command(name="list")
async def runs(
    *,
    kind: Annotated[
        str | None, Parameter(metavar="KIND", help="Only these: members, leads, push, resolve, undo, edit or release.")
    ] = None,
    state: Annotated[
        str | None,
        Parameter(
            metavar="WORD",
            help="Only those: running, completed, failed, skipped, interrupted, held or planned; or all.",
        ),
    ] = None,
    account: AccountsOption = None,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    writes: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Show writes to the provider too, as kind push.")
    ] = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List the latest runs, newest first: of all accounts, kinds and states unless told of which."""
    wanted = word_or_all(RunState, state, "state")
    kind = None if kind is None else known_kind(kind, RUN_KINDS)
    async with in_tenant(call, tenant) as (use, home):
        chosen = await choose_account_id(use, home, account)
        found = await use.readers.runs(
            home.id,
            limit=limit + 1,
            offset=offset,
            pushes=writes or kind == PUSH,
            account_id=chosen,
            kind=kind,
            state=wanted,
        )
        names = await account_names(use, home)
    filtered = any(each is not None for each in (kind, wanted, account))
    empty = "nothing fits what was asked for" if filtered else "no run yet; begin one: tresen sync run"
    shown, more = found[:limit], len(found) > limit
    table = one_window(runs_table(shown, names, home.zone, empty=empty), offset=offset, has_more=more)
    document = windowed("runs", [run_document(r) for r in shown], has_more=more)
    return Answer(document=document, parts=[table], as_json=as_json)


@group.command
async def show(
    id_: Annotated[UUID, Parameter(name="ID", help="The run's id.")],
    /,
    *,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Show a run: what came of it, what went wrong, and the plan that it made or applied."""
    async with in_tenant(call, tenant) as (use, home):
        shown = await use.sync.show_run(home.id, RunId(id_))
        names = await account_names(use, home)
    run, plan = shown.run, shown.plan
    account = names.get(run.account_id, str(run.account_id))
    errors = error_tables(shown.errors, home.zone, {run.id: account}, tenant)
    parts: list[Part] = [*run_lines(run, names, home.zone), *errors]
    parts += unmet_lines(run.counts, tenant)
    if plan is not None and plan.state is PlanState.HELD:
        parts += held_lines(plan, account, tenant)
    elif plan is not None and plan.state is PlanState.STALE and run.state is RunState.SKIPPED:
        parts += stale_lines(plan, tenant)
    elif plan is not None:
        parts.append(f"what it did, record by record: {command(f'sync plan show {plan.id}', tenant)}")
    document = {
        "run": run_document(run),
        "errors": error_documents(shown.errors),
        "plan": None if plan is None else plan_document(plan),
    }
    return Answer(document=document, parts=parts, as_json=as_json)
