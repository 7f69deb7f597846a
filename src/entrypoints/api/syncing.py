"""Running and planning syncs on request: from the API and from the page."""

from collections.abc import Iterator, Sequence

from ...application.sync.runs.side_by_side import side_by_side
from ...application.sync.runs.sync_course import SyncCourse
from ...domain.shared.errors import NotConfigured
from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.run import Run, RunState, SyncRunning
from ..kinds import UnknownKind, meant_kind
from ..use_cases import UseCases

KINDS = ("members", "leads", "all")


async def run_sync(
    uses: UseCases,
    tenant_id: TenantId,
    kind: str,
    *,
    force: bool,
    whole: bool = False,
    account_id: AccountId | None = None,
) -> Sequence[Run]:
    """One run per account and kind: accounts side by side, the kinds of one in order; without an account every one of
    the tenant.

    Raises NotFound (kind or account), InvalidValue (no gym's account), NotConfigured when nothing is connected.
    """
    courses = dict(_courses(uses, kind))

    async def one(account: AccountId) -> Sequence[Run]:
        return [await course(tenant_id, account, force=force, whole=whole) for course in courses.values()]

    accounts = await _accounts(uses, tenant_id, account_id)
    return [run for runs in await side_by_side(accounts, one) for run in runs]


async def plan_sync(
    uses: UseCases, tenant_id: TenantId, kind: str, *, whole: bool = False, account_id: AccountId | None = None
) -> Sequence[Run]:
    """The same without writing anything: each run names its plan.

    Raises what ``run_sync`` raises; SyncRunning when no plan was made because other processes sync.
    """
    courses = dict(_courses(uses, kind))

    async def one(account: AccountId) -> Sequence[Run]:
        return [await uses.sync.plan(tenant_id, account, name, whole=whole) for name in courses]

    accounts = await _accounts(uses, tenant_id, account_id)
    runs = [run for runs in await side_by_side(accounts, one) for run in runs]
    if all(run.state is RunState.SKIPPED for run in runs):
        raise SyncRunning("no plan was made")
    return runs


def _courses(uses: UseCases, kind: str) -> Iterator[tuple[str, SyncCourse]]:
    wanted = meant_kind(kind, KINDS)
    if wanted is None:
        raise UnknownKind("kind of sync", kind, KINDS)
    if wanted != "leads":
        yield "members", uses.sync.members
    if wanted != "members":
        yield "leads", uses.sync.leads


async def _accounts(uses: UseCases, tenant_id: TenantId, account_id: AccountId | None) -> Sequence[AccountId]:
    if account_id is not None:
        return [(await uses.list_provider_accounts.gym(tenant_id, account_id)).id]
    accounts = [account.id for account in await uses.list_provider_accounts.gyms(tenant_id)]
    if not accounts:
        raise NotConfigured("no provider account is connected: connect one first")
    return accounts
