"""A provider account's health, with one cheap call (W33–W38)."""

from datetime import datetime

import attrs

from ...domain.shared.errors import NotConfigured
from ...domain.shared.ids import AccountId, TenantId
from ...domain.tenancy.provider_account import CredentialState, ProviderAccount
from ..ports.clock import Clock
from ..ports.gym import GymProviders, Health
from ..transactions import Transactions

_HEALTHY = "healthy"


@attrs.frozen(kw_only=True)
class ProviderHealth:
    """W34's values. ``api_configured``: key and location are both there; ``last_check`` is an instant in UTC.

    Without a key the status is ``not_configured`` (W36). A location is only needed to create people: without one the
    account is probed all the same, and may be ``healthy`` with an ``error`` that says what it cannot do.
    """

    account_id: AccountId
    provider: str
    account: str
    api_configured: bool
    api_url: str
    location_id: str | None
    last_check: datetime
    status: str
    response: str | None = None
    error: str | None = None
    credential_state: CredentialState


@attrs.frozen
class CheckProvider:
    """Never raises for what is wrong with the provider: that is the answer. Raises NotFound for the account."""

    _transactions: Transactions
    _gyms: GymProviders
    _clock: Clock

    async def __call__(self, tenant_id: TenantId, account_id: AccountId) -> ProviderHealth:
        """Probe it."""
        account = await self._transactions.read(tenant_id, lambda uow: uow.accounts.get(account_id))
        location = account.settings.get("location_id")
        health = await self._probe(account, location)
        if health.status == _HEALTHY and not location:
            health = attrs.evolve(health, error="location ID not configured: reading works, creating people does not")
        return ProviderHealth(
            account_id=account.id,
            provider=account.provider,
            account=account.name,
            api_configured=account.credentials is not None and bool(location),
            api_url=account.base_url,
            location_id=location,
            last_check=self._clock.now(),
            status=health.status,
            response=health.response,
            error=health.error,
            credential_state=account.credential_state,
        )

    async def _probe(self, account: ProviderAccount, location: str | None) -> Health:
        if account.credentials is None:
            missing = "API key" if location else "API key and location ID"
            return Health(status="not_configured", error=f"{missing} not configured")
        try:
            async with self._gyms.open(account) as gym:
                return await gym.health()
        except NotConfigured as blocked:
            return Health(status="error", error=blocked.message)
