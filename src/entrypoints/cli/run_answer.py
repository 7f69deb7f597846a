"""What runs came to: a line each, their errors, what a guard holds, and what a script is told."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from ...application.ports.readers import ConflictFilter
from ...domain.sync.conflict import ConflictState
from ...domain.sync.run import Counts, Run, RunState, SyncError
from .answer import Answer, Part, Table, cell
from .call import full_name
from .documents import listed
from .exit_codes import ExitCode
from .next_run import kinds_of, next_run
from .run_lines import COUNTS, counted, unmet_lines
from .spans import took
from .sync_documents import run_document
from .sync_errors import error_documents, error_tables
from .sync_held import held_document, held_lines

if TYPE_CHECKING:
    from ...domain.sync.kept_plan import KeptPlan
    from ...domain.tenancy.provider_account import ProviderAccount
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases

_ERRORS_SHOWN = 10
_FAILED = frozenset({RunState.FAILED, RunState.INTERRUPTED})


@attrs.frozen
class Ran:
    """A run, the account it was for, what went wrong, the plan that a guard holds, and how many conflicts of such
    records are open there, whichever run opened them.
    """

    account: "ProviderAccount"
    run: Run
    errors: Sequence[SyncError] = ()
    held: "KeptPlan | None" = None
    open_conflicts: int = 0


async def look_at(use: "UseCases", tenant: "Tenant", account: "ProviderAccount", run: Run) -> Ran:
    """A run that has ended, with what it left behind."""
    shown = await use.sync.show_run(tenant.id, run.id)
    held = shown.plan if run.state is RunState.HELD else None
    return Ran(account, run, shown.errors, held, await _open_conflicts(use, tenant, run))


async def _open_conflicts(use: "UseCases", tenant: "Tenant", run: Run) -> int:
    wanted = [
        ConflictFilter(state=ConflictState.OPEN, account_id=run.account_id, kind=kind) for kind in kinds_of(run.kind)
    ]
    return sum([(await use.readers.conflicts(tenant.id, each, limit=1)).count for each in wanted])


def failure_code(ran: Sequence[Ran]) -> ExitCode:
    """What a script is told of these runs."""
    if any(r.run.state in _FAILED for r in ran):
        return ExitCode.FAILED
    return ExitCode.HELD if any(r.run.state is RunState.HELD for r in ran) else ExitCode.OK


def runs_answer(ran: Sequence[Ran], zone: str, tenant: str | None, *, as_json: bool) -> Answer:
    """The summary of these runs, and what to do next. ``tenant`` is how it was named."""
    held = [(r, r.held) for r in ran if r.held is not None]
    errors = [error for r in ran for error in r.errors][:_ERRORS_SHOWN]
    accounts = {r.run.id: full_name(r.account) for r in ran}
    parts: list[Part] = [_summary(ran), *error_tables(errors, zone, accounts, tenant)]
    for each, plan in held:
        parts += held_lines(plan, full_name(each.account), tenant)
    parts += unmet_lines(sum((r.run.counts for r in ran), Counts()), tenant)
    parts += _conflicts(ran)
    parts += _skipped(ran, tenant)
    document = {
        **listed("runs", [run_document(r.run) for r in ran]),
        "errors": error_documents(errors),
        "held": [held_document(plan, tenant) for _, plan in held],
    }
    return Answer(document=document, parts=parts, as_json=as_json, code=failure_code(ran))


def _conflicts(ran: Sequence[Ran]) -> list[str]:
    """The table counts those alone that these runs opened."""
    waiting = sum(r.open_conflicts for r in ran)
    before = waiting - sum(r.run.counts.conflicts for r in ran)
    if not waiting:
        return []
    older = f"; {before:,} {'was' if before == 1 else 'were'} open before" if before > 0 else ""
    return [f"conflicts wait for you: tresen sync conflicts{older}"]


def _skipped(ran: Sequence[Ran], tenant: str | None) -> list[str]:
    """How to sync within the hour all the same."""
    skipped = [r.run.kind for r in ran if r.run.allowed_at is not None]
    return [f"sync it now all the same: {next_run(skipped, tenant)}"] if skipped else []


def _summary(ran: Sequence[Ran]) -> Table:
    return Table(
        columns=("account", "kind", "state", *COUNTS, "unchanged", "duration", "reason"),
        rows=[
            (
                *(r.account.name, r.run.kind, r.run.state.value, *counted(r.run)),
                *(str(r.run.counts.unchanged), took(r.run.duration), cell(r.run.reason)),
            )
            for r in ran
        ],
    )
