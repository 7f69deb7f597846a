"""``tresen sync run``."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from cyclopts import Parameter

from ...application.sync.runs.side_by_side import side_by_side
from ...application.sync.runs.sync_account import no_progress
from ...domain.shared.errors import InvalidValue
from ...domain.sync.run import Run
from ..kinds import known_kind
from .answer import Answer
from .call import Given, choose_gym_accounts, full_name, in_tenant
from .options import AccountsOption, JsonOption, TenantOption
from .run_answer import look_at, runs_answer
from .screen import ConsoleScreen
from .sync_apply import apply
from .sync_held import command
from .sync_options import WholeOption
from .sync_runs import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...domain.shared.ids import AccountId
    from ...domain.tenancy.provider_account import ProviderAccount
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases
    from .call import Call


ALL = "all"


async def run_(
    kind: Annotated[
        str, Parameter(help="What to sync: members, which bring memberships, leads, or all; also in the singular.")
    ] = ALL,
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
    """Sync now, all accounts side by side. Exit code 1 when a run failed, 7 when a guard held one; a skipped run is no
    failure and says why.
    """
    if accept_guard is not None:
        if kind != ALL or force or whole or account is not None:
            alone = command(f"sync apply {accept_guard} --accept-guard", tenant)
            raise InvalidValue(
                f"--accept-guard applies one plan as it was made, whose kind and account are its own: {alone}",
                field="plan",
            )
        return await apply(accept_guard, accept_guard=True, tenant=tenant, as_json=as_json, call=call)
    wanted = known_kind(kind, (*KINDS, ALL))
    kinds = KINDS if wanted == ALL else (wanted,)
    async with in_tenant(call, tenant) as (use, home):
        accounts = await choose_gym_accounts(use, home, account)
        screen = await sync_screen(use, home, accounts, call, as_json=as_json)
        titles = _titles(accounts)

        async def sync(one: "ProviderAccount") -> "Sequence[tuple[ProviderAccount, Run]]":
            title = titles[one.id]
            return [(one, await _run(use, one, kind, title, force=force, whole=whole, screen=screen)) for kind in kinds]

        synced = await side_by_side(accounts, sync)
        ran = [await look_at(use, home, one, run) for runs in synced for one, run in runs]
    return runs_answer(ran, home.zone, tenant, as_json=as_json)


async def sync_screen(
    use: "UseCases", tenant: "Tenant", accounts: "Sequence[ProviderAccount]", call: "Call", *, as_json: bool
) -> ConsoleScreen | None:
    """Where the progress is shown; nowhere for programs."""
    return None if as_json else ConsoleScreen(call.terminal, await _totals(use, tenant, accounts))


async def _run(
    use: "UseCases",
    account: "ProviderAccount",
    kind: str,
    title: str,
    *,
    force: bool,
    whole: bool,
    screen: ConsoleScreen | None,
) -> Run:
    sync = use.sync.members if kind == "members" else use.sync.leads
    if screen is None:
        return await sync(account.tenant_id, account.id, force=force, whole=whole, progress=no_progress)
    async with screen.progress(title) as progress:
        return await sync(account.tenant_id, account.id, force=force, whole=whole, progress=progress)


def _titles(accounts: "Sequence[ProviderAccount]") -> "Mapping[AccountId, str]":
    """What names each account in its lines of progress, which come between those of the others."""
    times = Counter(one.name for one in accounts)
    return {one.id: one.name if times[one.name] == 1 else full_name(one) for one in accounts}


async def _totals(use: "UseCases", tenant: "Tenant", accounts: "Sequence[ProviderAccount]") -> "Mapping[str, int]":
    """About how many records a sync will see: as many as are here. With several accounts nobody can tell."""
    if len(accounts) != 1:
        return {}
    counts = await use.readers.counts(tenant.id)
    return {kind: sum(counts.get(f"{kind}s", {}).values()) for kind in ("member", "membership", "lead")}
