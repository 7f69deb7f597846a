"""A provider account's health, with one cheap call (W33–W38)."""

from datetime import datetime

import attrs

from ...domain.shared.errors import NotConfigured
from ...domain.shared.ids import AccountId, TenantId
from ...domain.tenancy.provider_account import CredentialState, ProviderAccount
from ..ports.clock import Clock
from ..ports.gym import GymProviders, Health
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .credentials import CredentialGuard

HEALTHY = "healthy"
# Beside W35's words: nothing is wrong as far as is known, and nothing was asked.
NOT_PROBED = "not_probed"
FINE = frozenset({HEALTHY, NOT_PROBED})


@attrs.frozen(kw_only=True)
class ProviderHealth:
    """W34's values. ``api_configured``: the key is there, and a gym's location; ``last_check`` is an instant in UTC.

    Without a key the status is ``not_configured`` (W36). A location is only needed to create people: without one the
    account is probed all the same, and may be ``healthy`` with an ``error`` that says what it cannot do. Providers that
    keep no members are ``not_probed`` yet; ``response`` says so. ``credential_state`` is that after the look.
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
    """Never raises for what is wrong with the provider: that is the answer. Raises NotFound for the account.

    Where the provider refuses the credentials the account is blocked, as by a sync.
    """

    _transactions: Transactions
    _gyms: GymProviders
    _guard: CredentialGuard
    _clock: Clock

    async def __call__(self, tenant_id: TenantId, account_id: AccountId) -> ProviderHealth:
        """Probe it."""
        account = await self._transactions.read(tenant_id, lambda uow: uow.accounts.get(account_id))
        location = account.settings.get("location_id")
        is_gym = account.provider in self._gyms.names()
        health = await self._probe(account, location) if is_gym else _unprobed(account)
        state = await self._book(account, health.error or "") if health.refused else account.credential_state
        if is_gym and health.status == HEALTHY and not location:
            health = attrs.evolve(health, error="location ID not configured: reading works, creating people does not")
        return ProviderHealth(
            account_id=account.id,
            provider=account.provider,
            account=account.name,
            api_configured=account.credentials is not None and (bool(location) or not is_gym),
            api_url=account.base_url,
            location_id=location,
            last_check=self._clock.now(),
            status=health.status,
            response=health.response,
            error=health.error,
            credential_state=state,
        )

    async def _book(self, called: ProviderAccount, reason: str) -> CredentialState:
        """The state of the credentials that are kept by now: others may have been entered meanwhile."""

        async def refuse(uow: UnitOfWork) -> CredentialState:
            await self._guard.refuse(uow, called, reason)
            return (await uow.accounts.get(called.id)).credential_state

        return await self._transactions.run(called.tenant_id, "refuse_credentials", refuse)

    async def _probe(self, account: ProviderAccount, location: str | None) -> Health:
        if account.credentials is None:
            missing = "API key" if location else "API key and location ID"
            return Health(status="not_configured", error=f"{missing} not configured")
        try:
            async with self._gyms.open(account) as gym:
                return await gym.health()
        except NotConfigured as blocked:
            return Health(status="error", error=blocked.message)


def _unprobed(account: ProviderAccount) -> Health:
    if account.credential_state is CredentialState.BLOCKED:
        return Health(status="error", error=account.state_reason or "the credentials were refused")
    without = "" if account.credentials is not None else "; it has no API key and can only receive"
    return Health(status=NOT_PROBED, response=f"accounts at {account.provider} are not probed yet{without}")
