"""``tresen sync status``."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from ...application.sync.views.overview import SyncOverview
from ...application.sync.views.sync_status import Status
from ...domain.sync.state import SyncState
from .answer import Answer, Part, Table, cell
from .call import Given, account_names, full_name, in_tenant
from .documents import fields, plain
from .options import JsonOption, TenantOption
from .run_lines import runs_table
from .spans import greatest_unit
from .sync_documents import run_document
from .sync_errors import error_documents, error_tables


async def status(*, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Show how each kind of record stands at each account, the latest runs and the last errors."""
    async with in_tenant(call, tenant) as (use, home):
        now = await use.sync.status(home.id)
        states = await use.sync.states(home.id)
        names = await account_names(use, home)
    accounts = {run_id: names[account_id] for run_id, account_id in now.failed_at.items() if account_id in names}
    parts: list[Part] = [
        f"members last synced: {_last(now.last_sync_members, now.never_synced_members, home.zone)}",
        f"leads last synced:   {_last(now.last_sync_leads, now.never_synced_leads, home.zone)}",
        f"errors kept:         {now.total_errors}",
        _states_table(states, home.zone),
        attrs.evolve(runs_table(now.runs, names, home.zone, empty=_next_step(now)), title="latest runs:"),
        *error_tables(now.recent_errors, home.zone, accounts, tenant),
        *_advice(states),
    ]
    document = {
        **fields(now, "last_sync_members", "last_sync_leads"),
        **fields(now, "never_synced_members", "never_synced_leads", "total_errors"),
        "wodify_configured": now.configured,  # W45's key as the seed spells it
        "states": [_document(each) for each in states],
        "recent_errors": error_documents(now.recent_errors),
        "runs": [run_document(r) for r in now.runs],
    }
    return Answer(document=document, parts=parts, as_json=as_json)


def _last(at: datetime | None, never: Sequence[str], zone: str) -> str:
    """The oldest of the accounts' last successes, and which accounts had none."""
    if at is None:
        return "never"
    return f"{cell(at, zone)}; never at {', '.join(never)}" if never else cell(at, zone)


def _phase(state: SyncState) -> str:
    """What is going on, and how far that is."""
    return f"{state.phase.value}, {state.seen:,} seen" if state.is_busy else state.phase.value


def _states_table(states: Sequence[SyncOverview], zone: str) -> Table:
    return Table(
        title="each kind of record:",
        columns=(
            *("account", "kind", "phase", "last success", "lag", "cursor age", "linked", "open conflicts"),
            *("waiting pushes", "credentials"),
        ),
        rows=[
            (
                *(full_name(one.account), one.state.kind, _phase(one.state)),
                *(cell(one.state.succeeded_at, zone) or "never", greatest_unit(one.lag)),
                *(greatest_unit(one.cursor_age), str(one.linked), str(one.open_conflicts), str(one.waiting_pushes)),
                _credentials(one),
            )
            for one in states
        ],
        empty="no account keeps members or leads; connect one: tresen provider connect PROVIDER",
    )


def _advice(states: Sequence[SyncOverview]) -> list[str]:
    found = []
    if any(one.open_conflicts for one in states):
        found.append("conflicts wait for you: tresen sync conflicts")
    if any(one.waiting_pushes for one in states):
        found.append("the next run writes what waits for the provider: tresen sync pushes --state waiting")
    return found


def _document(one: SyncOverview) -> dict[str, object]:
    return {
        "account_id": str(one.account.id),
        "account": one.account.name,
        "provider": one.account.provider,
        **fields(one.state, "kind", "phase", "run_id", "seen"),
        **fields(one, "linked", "open_conflicts", "waiting_pushes"),
        "last_success": plain(one.state.succeeded_at),
        "lag_s": _seconds(one.lag),
        "complete_at": plain(one.state.complete_at),
        "cursor_age_s": _seconds(one.cursor_age),
        "credential_state": _credentials(one),
    }


def _credentials(one: SyncOverview) -> str:
    return "missing" if one.account.credentials is None else one.account.credential_state.value


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


def _next_step(now: Status) -> str:
    return (
        "no run yet; begin one: tresen sync run" if now.configured else "no run yet: no provider account is connected"
    )
