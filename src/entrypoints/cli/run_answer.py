"""What runs came to: a line each, their errors, what a guard holds, and what a script is told."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from ...domain.sync.run import Run, RunState, SyncError
from .answer import Answer, Part, Table, cell
from .call import full_name
from .documents import listed
from .exit_codes import ExitCode
from .sync_documents import run_document
from .sync_errors import error_documents, error_tables
from .sync_held import held_document, held_lines
from .sync_runs import COUNTS, counted

if TYPE_CHECKING:
    from ...domain.sync.kept_plan import KeptPlan
    from ...domain.tenancy.provider_account import ProviderAccount
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases

_ERRORS_SHOWN = 10
_FAILED = frozenset({RunState.FAILED, RunState.INTERRUPTED})


@attrs.frozen
class Ran:
    """A run, the account it was for, and the plan that a guard holds."""

    account: "ProviderAccount"
    run: Run
    held: "KeptPlan | None" = None


async def held_plan(use: "UseCases", tenant: "Tenant", run: Run) -> "KeptPlan | None":
    """The plan that a guard held in this run."""
    if run.state is not RunState.HELD or run.plan_id is None:
        return None
    return (await use.sync.show_plan(tenant.id, run.plan_id, limit=1)).plan


async def errors_of(use: "UseCases", tenant: "Tenant", ran: Sequence[Ran]) -> Sequence[SyncError]:
    """What went wrong in these runs, newest first."""
    runs = {r.run.id for r in ran}
    recent = (await use.sync.status(tenant.id)).recent_errors
    return [error for error in recent if error.run_id in runs][:_ERRORS_SHOWN]


def failure_code(ran: Sequence[Ran]) -> ExitCode:
    """What a script is told of these runs."""
    if any(r.run.state in _FAILED for r in ran):
        return ExitCode.FAILED
    return ExitCode.HELD if any(r.run.state is RunState.HELD for r in ran) else ExitCode.OK


def runs_answer(
    ran: Sequence[Ran], errors: Sequence[SyncError], zone: str, tenant: str | None, *, as_json: bool
) -> Answer:
    """The summary of these runs, and what to do next. ``tenant`` is how it was named."""
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
