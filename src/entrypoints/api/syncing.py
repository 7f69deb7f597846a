"""Running syncs on request: from the API and from the page."""

from collections.abc import Sequence

from ...domain.shared.errors import NotConfigured, NotFound
from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.run import Run
from ..use_cases import UseCases

KINDS = ("members", "leads", "all")


async def run_sync(
    uses: UseCases, tenant_id: TenantId, kind: str, *, force: bool, account_id: AccountId | None = None
) -> Sequence[Run]:
    """One run per account and kind, one after the other; without an account every one of the tenant.

    Raises NotFound (kind or account), NotConfigured when nothing is connected.
    """
    if kind not in KINDS:
        raise NotFound("kind of sync", kind)
    accounts = [account_id] if account_id else [a.id for a in await uses.list_provider_accounts(tenant_id)]
    if not accounts:
        raise NotConfigured("no provider account is connected: connect one first")
    runs = []
    for account in accounts:
        if kind != "leads":
            runs.append(await uses.sync_members(tenant_id, account, force=force))
        if kind != "members":
            runs.append(await uses.sync_leads(tenant_id, account, force=force))
    return runs
