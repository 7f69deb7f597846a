"""``tresen sync runs``."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from cyclopts import Parameter

from ...domain.shared.ids import AccountId
from ...domain.sync.run import PUSH, Run, RunState
from .answer import Answer, Table, cell
from .call import Given, account_names, choose_account_id, in_tenant
from .documents import listed
from .options import AccountsOption, JsonOption, LimitOption, TenantOption, known_word, word
from .sync_documents import run_document

# What can be asked for, and what people do by hand.
KINDS = ("members", "leads")
RUN_KINDS = (*KINDS, PUSH, "resolve", "undo")
COUNTS = ("created", "updated", "deleted", "pushed", "conflicts", "errors")


async def runs(
    *,
    kind: Annotated[
        str | None, Parameter(metavar="KIND", help="Only these: members, leads, push, resolve or undo.")
    ] = None,
    state: Annotated[
        str | None,
        Parameter(
            metavar="WORD",
            help="Only those: running, completed, failed, skipped, interrupted, held or planned.",
        ),
    ] = None,
    account: AccountsOption = None,
    limit: LimitOption = 50,
    writes: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Show writes to the provider too, as kind push.")
    ] = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List the latest runs, newest first: of all accounts, kinds and states unless told of which."""
    wanted = None if state is None else word(RunState, state, "state")
    known_word(kind, RUN_KINDS, "kind")
    async with in_tenant(call, tenant) as (use, home):
        chosen = await choose_account_id(use, home, account)
        found = await use.readers.runs(
            home.id, limit=limit, pushes=writes or kind == PUSH, account_id=chosen, kind=kind, state=wanted
        )
        names = await account_names(use, home)
    filtered = any(each is not None for each in (kind, state, account))
    empty = "nothing fits what was asked for" if filtered else "no run yet; begin one: tresen sync run"
    table = runs_table(found, names, home.zone, empty=empty)
    return Answer(document=listed("runs", [run_document(r) for r in found]), parts=[table], as_json=as_json)


def runs_table(runs: Sequence[Run], names: Mapping[AccountId, str], zone: str, *, empty: str) -> Table:
    """Runs by their accounts' names."""
    return Table(
        columns=("account", "kind", "state", "started", *COUNTS, "reason", "id"),
        rows=[
            (
                *(names.get(r.account_id, str(r.account_id)), r.kind, r.state.value, cell(r.started_at, zone)),
                *counted(r),
                *(cell(r.reason), str(r.id)),
            )
            for r in runs
        ],
        empty=empty,
    )


def counted(run: Run) -> tuple[str, ...]:
    """The counts, as ``COUNTS`` names them."""
    return tuple(str(getattr(run.counts, name)) for name in COUNTS)
