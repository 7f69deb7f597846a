"""Provider accounts, their health (W34), and what a provider lists itself."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from ....application.gym.browse import Shown
from ....application.tenancy.check_provider import ProviderHealth
from ....domain.sync.schema import Value
from ....domain.tenancy.provider_account import ProviderAccount
from .values import Answer


class AccountAnswer(Answer):
    """An account without its secret; ``configured`` tells whether there is one."""

    id: UUID
    provider: str
    name: str
    base_url: str
    settings: Mapping[str, str]
    configured: bool
    writes_enabled: bool
    credential_state: str
    state_reason: str | None
    created_at: datetime


class AccountsAnswer(Answer):
    """Every account, by provider and name."""

    provider_accounts: list[AccountAnswer]
    count: int


class OneAccountAnswer(Answer):
    """One account."""

    provider_account: AccountAnswer


class WaitingAnswer(Answer):
    """How much waits for the account: pushes, which the next run writes, or drops where writing is off; and open staff
    tasks, which no run does."""

    pushes: int
    tasks: int


class ChangedAccountAnswer(Answer):
    """The account as it is now, and what waits for it."""

    provider_account: AccountAnswer
    waiting: WaitingAnswer


class HealthAnswer(Answer, omit_defaults=True):
    """W34's keys, W35's words; ``response`` or ``error`` only where there is one."""

    api_configured: bool
    api_url: str | None
    location_id: str | None
    last_check: datetime | None
    status: str
    response: str | msgspec.UnsetType = msgspec.UNSET
    error: str | msgspec.UnsetType = msgspec.UNSET
    account_id: UUID | msgspec.UnsetType = msgspec.UNSET
    provider: str | msgspec.UnsetType = msgspec.UNSET
    account: str | msgspec.UnsetType = msgspec.UNSET
    credential_state: str | msgspec.UnsetType = msgspec.UNSET


class ShownAnswer(Answer):
    """One record as the provider has it now, in our field names."""

    external_id: str
    values: Mapping[str, Value]


class ShownMembersAnswer(Answer):
    """A window of the provider's members. Providers do not tell how many there are."""

    members: list[ShownAnswer]


class ShownLeadsAnswer(Answer):
    """A window of the provider's leads. Providers do not tell how many there are."""

    leads: list[ShownAnswer]


def account(entity: ProviderAccount) -> AccountAnswer:
    """An account from its entity."""
    return AccountAnswer(
        id=entity.id,
        provider=entity.provider,
        name=entity.name,
        base_url=entity.base_url,
        settings=entity.settings,
        configured=entity.credentials is not None,
        writes_enabled=entity.writes_enabled,
        credential_state=entity.credential_state.value,
        state_reason=entity.state_reason,
        created_at=entity.created_at,
    )


def health(found: ProviderHealth) -> HealthAnswer:
    """What a probe found."""
    return HealthAnswer(
        api_configured=found.api_configured,
        api_url=found.api_url,
        location_id=found.location_id,
        last_check=found.last_check,
        status=found.status,
        response=_said(found.response),
        error=_said(found.error),
        account_id=found.account_id,
        provider=found.provider,
        account=found.account,
        credential_state=found.credential_state.value,
    )


def no_account(now: datetime) -> HealthAnswer:
    """The health where nothing is connected (W36)."""
    return HealthAnswer(
        api_configured=False,
        api_url=None,
        location_id=None,
        last_check=now,
        status="not_configured",
        error="API key or location ID not configured",
    )


def shown(record: Shown) -> ShownAnswer:
    """One record of the provider."""
    return ShownAnswer(external_id=record.external_id, values=record.values)


def _said(text: str | None) -> str | msgspec.UnsetType:
    return msgspec.UNSET if text is None else text
