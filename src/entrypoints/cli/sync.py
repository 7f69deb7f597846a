"""``tresen sync``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import attrs
from cyclopts import Parameter

from ...application.sync.sync_account import no_progress
from ...application.sync.sync_status import Status
from ...domain.sync.run import Run, RunState, SyncError
from .answer import Answer, Table, cell
from .call import Given, choose_gym_accounts, in_tenant
from .documents import fields, listed, row
from .exit_codes import ExitCode
from .options import AccountsOption, JsonOption, LimitOption, TenantOption, command_group
from .screen import ConsoleScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...domain.shared.ids import AccountId
    from ...domain.tenancy.provider_account import ProviderAccount
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases

KINDS = ("members", "leads")
_ERRORS_SHOWN = 10

# What to do about an error of a sync, by its code.
ADVICE = {
    "provider_unavailable": "try again later; tresen provider check tells how the provider is",
    "provider_rejected": "look at the record at the provider",
    "provider_credentials_refused": "enter a valid key: tresen provider connect PROVIDER --name NAME",
    "provider_unsupported": "the provider does not offer this; nothing to do here",
    "not_configured": "complete the account: tresen provider connect PROVIDER --name NAME",
    "invalid_value": "correct the record at the provider; the next sync takes it",
    "not_found": "sync members first; the next sync links it",
}
_OTHERWISE = "run with TRESEN_LOG_LEVEL=DEBUG to see more"

group = command_group("sync", "Bring members and leads in step with the provider; see how it stands.")


@attrs.frozen
class _Ran:
    """A run and the account it was for."""

    account: "ProviderAccount"
    run: Run


@group.command(name="run")
async def run_(
    kind: Annotated[
        Literal["members", "leads", "all"], Parameter(help="What to sync; members bring memberships.")
    ] = "all",
    /,
    *,
    force: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Run even if the last success is less than an hour ago.")
    ] = False,
    account: AccountsOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Sync now, account by account. Exit code 1 when a run failed; a skipped run is no failure and says why."""
    kinds = KINDS if kind == "all" else (kind,)
    async with in_tenant(call, tenant) as (use, home):
        accounts = await choose_gym_accounts(use, home, account)
        screen = None if as_json else ConsoleScreen(call.terminal, await _totals(use, home, accounts))
        ran = [
            _Ran(one, await _run(use, home, one, kind, force=force, screen=screen))
            for one in accounts
            for kind in kinds
        ]
        errors = await _errors(use, home, ran)
    failed = any(r.run.state in {RunState.FAILED, RunState.INTERRUPTED} for r in ran)
    return Answer(
        document={
            **listed("runs", [_document(r.run) for r in ran]),
            "errors": _error_documents(errors),
        },
        parts=[_summary(ran), *_error_parts(errors, home.zone)],
        as_json=as_json,
        code=ExitCode.FAILED if failed else ExitCode.OK,
    )


@group.command
async def status(*, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Show when each kind was last synced with success, the latest runs and the last errors."""
    async with in_tenant(call, tenant) as (use, home):
        now = await use.sync.status(home.id)
        names = {a.id: a.name for a in await use.list_provider_accounts(home.id)}
    parts: list[Table | str] = [
        f"members last synced: {cell(now.last_sync_members, home.zone) or 'never'}",
        f"leads last synced:   {cell(now.last_sync_leads, home.zone) or 'never'}",
        f"errors kept:         {now.total_errors}",
        _runs_table(now.runs, names, home.zone, empty=_next_step(now)),
        *_error_parts(now.recent_errors, home.zone),
    ]
    document = {
        **fields(now, "last_sync_members", "last_sync_leads", "total_errors"),
        "wodify_configured": now.configured,  # W45's key as the seed spells it
        "recent_errors": _error_documents(now.recent_errors),
        "runs": [_document(r) for r in now.runs],
    }
    return Answer(document=document, parts=parts, as_json=as_json)


@group.command
async def runs(
    *,
    limit: LimitOption = 50,
    writes: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Show writes to the provider too, as kind push.")
    ] = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List the latest runs of all accounts, newest first."""
    async with in_tenant(call, tenant) as (use, home):
        found = await use.readers.runs(home.id, limit=limit, pushes=writes)
        names = {a.id: a.name for a in await use.list_provider_accounts(home.id)}
    table = _runs_table(found, names, home.zone, empty="no run yet; begin one: tresen sync run")
    return Answer(document=listed("runs", [_document(r) for r in found]), parts=[table], as_json=as_json)


async def _run(
    use: "UseCases",
    tenant: "Tenant",
    account: "ProviderAccount",
    kind: str,
    *,
    force: bool,
    screen: ConsoleScreen | None,
) -> Run:
    sync = use.sync.members if kind == "members" else use.sync.leads
    if screen is None:
        return await sync(tenant.id, account.id, force=force, progress=no_progress)
    async with screen.progress(account.name) as progress:
        return await sync(tenant.id, account.id, force=force, progress=progress)


async def _totals(use: "UseCases", tenant: "Tenant", accounts: "Sequence[ProviderAccount]") -> "Mapping[str, int]":
    """About how many records a sync will see: as many as are here. With several accounts nobody can tell."""
    if len(accounts) != 1:
        return {}
    counts = await use.readers.counts(tenant.id)
    return {kind: sum(counts.get(f"{kind}s", {}).values()) for kind in ("member", "membership", "lead")}


async def _errors(use: "UseCases", tenant: "Tenant", ran: Sequence[_Ran]) -> Sequence[SyncError]:
    runs = {r.run.id for r in ran}
    recent = (await use.sync.status(tenant.id)).recent_errors
    return [error for error in recent if error.run_id in runs][:_ERRORS_SHOWN]


def _runs_table(runs: Sequence[Run], names: "Mapping[AccountId, str]", zone: str, *, empty: str) -> Table:
    return Table(
        columns=("account", "kind", "state", "started", "created", "updated", "errors", "reason"),
        rows=[
            (
                *(names.get(r.account_id, str(r.account_id)), r.kind, r.state.value, cell(r.started_at, zone)),
                *(str(n) for n in (r.counts.created, r.counts.updated, r.counts.errors)),
                cell(r.reason),
            )
            for r in runs
        ],
        empty=empty,
    )


def _summary(ran: Sequence[_Ran]) -> Table:
    return Table(
        columns=("account", "kind", "state", "created", "updated", "unchanged", "errors", "duration", "reason"),
        rows=[
            (
                *(r.account.name, r.run.kind, r.run.state.value),
                *(str(n) for n in attrs.astuple(r.run.counts)),
                *(_duration(r.run), cell(r.run.reason)),
            )
            for r in ran
        ],
    )


def _duration(run: Run) -> str:
    return "" if run.finished_at is None else f"{(run.finished_at - run.started_at).total_seconds():.1f} s"


def _error_parts(errors: Sequence[SyncError], zone: str) -> list[Table | str]:
    if not errors:
        return []
    rows = [(cell(e.at, zone), e.kind, cell(e.external_id), e.message, ADVICE.get(e.code, _OTHERWISE)) for e in errors]
    return [Table(title="last errors:", columns=("when", "kind", "id there", "what", "what to do"), rows=rows)]


def _next_step(now: Status) -> str:
    return (
        "no run yet; begin one: tresen sync run" if now.configured else "no run yet: no provider account is connected"
    )


def _error_documents(errors: Sequence[SyncError]) -> list[dict[str, object]]:
    return [fields(e, "run_id", "kind", "external_id", "code", "message", "at") for e in errors]


def _document(run: Run) -> dict[str, object]:
    return {
        **fields(run, "id", "account_id", "kind", "state", "forced"),
        "counts": row(run.counts),
        **fields(run, "reason", "started_at", "finished_at"),
    }
