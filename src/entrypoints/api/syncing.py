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

    Raises NotFound (kind or account), InvalidValue (no gym's account), NotConfigured when nothing is connected.
    """
    if kind not in KINDS:
        raise NotFound("kind of sync", kind)
    if account_id is None:
        accounts = [account.id for account in await uses.list_provider_accounts.gyms(tenant_id)]
    else:
        accounts = [(await uses.list_provider_accounts.gym(tenant_id, account_id)).id]
    if not accounts:
        raise NotConfigured("no provider account is connected: connect one first")
    runs = []
    for account in accounts:
        if kind != "leads":
            runs.append(await uses.sync.members(tenant_id, account, force=force))
        if kind != "members":
            runs.append(await uses.sync.leads(tenant_id, account, force=force))
    return runs
