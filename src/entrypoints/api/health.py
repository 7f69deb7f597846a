"""The health of a tenant's provider accounts, for the status routes and the page."""

import asyncio
import logging
from collections.abc import Sequence

from ...application.tenancy.check_provider import FINE, NOT_PROBED
from ...domain.shared.ids import AccountId, TenantId
from ..use_cases import UseCases
from .answers.providers import HealthAnswer, health, no_account

_log = logging.getLogger(__name__)
_PATIENCE_S = 10


async def provider_health(uses: UseCases, tenant_id: TenantId) -> Sequence[HealthAnswer]:
    """One answer per account, at least one: where nothing is connected it says so (W36).

    An account that does not answer within 10 s is in ``connection_error``.
    """
    accounts = await uses.list_provider_accounts(tenant_id)
    if not accounts:
        return [no_account(uses.clock.now())]
    return await asyncio.gather(*(_probe(uses, tenant_id, account.id) for account in accounts))


def worst(found: Sequence[HealthAnswer]) -> HealthAnswer:
    """The one that needs somebody most: the first that is not well, else the first of those that were probed, and
    of these one that is not wholly set up."""
    return min(found, key=lambda one: (one.status in FINE, one.status == NOT_PROBED, one.api_configured))


async def _probe(uses: UseCases, tenant_id: TenantId, account_id: AccountId) -> HealthAnswer:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return health(await uses.check_provider(tenant_id, account_id))
    except TimeoutError:
        _log.warning("provider gave no answer to the health check", extra={"account": str(account_id)})
        account = await uses.list_provider_accounts.one(tenant_id, account_id)
        return HealthAnswer(
            api_configured=account.credentials is not None,
            api_url=account.base_url,
            location_id=account.settings.get("location_id"),
            last_check=uses.clock.now(),
            status="connection_error",
            error=f"no answer within {_PATIENCE_S} s",
            account_id=account.id,
            provider=account.provider,
            account=account.name,
            credential_state=account.credential_state.value,
        )
