"""What setting up a provider's webhooks came to."""

from datetime import datetime
from uuid import UUID

from ....application.webhooks.ensure import EnsuredWebhooks
from .values import Answer


class RegistrationAnswer(Answer):
    """A subscription at the provider, by its id there. ``healthy`` false: a person switched it off."""

    external_id: str
    healthy: bool
    expires_at: datetime | None


class TroubleAnswer(Answer):
    """Why it could not be done."""

    code: str
    message: str


class EnsuredAnswer(Answer):
    """``done`` are phrases, ``todo`` the steps that a person must take; ``entered`` the same where a secret tells that
    they were taken. ``secret_missing``: nothing is taken in without one. ``missed_since``: since when deliveries were
    lost because the provider had switched a subscription off; ``recovered`` of them were fetched and new."""

    account_id: UUID
    provider: str
    account: str
    address: str | None
    registrations: list[RegistrationAnswer]
    done: list[str]
    todo: list[str]
    entered: list[str]
    secret_missing: bool
    missed_since: datetime | None
    recovered: int
    error: TroubleAnswer | None


class EnsuredWebhooksAnswer(Answer):
    """One account's."""

    webhooks: EnsuredAnswer


def ensured(one: EnsuredWebhooks) -> EnsuredWebhooksAnswer:
    """From the use case's result."""
    return EnsuredWebhooksAnswer(
        webhooks=EnsuredAnswer(
            account_id=one.account_id,
            provider=one.provider,
            account=one.account,
            address=one.address,
            registrations=[
                RegistrationAnswer(external_id=each.external_id, healthy=each.healthy, expires_at=each.expires_at)
                for each in one.registrations
            ],
            done=list(one.done),
            todo=list(one.todo),
            entered=list(one.entered),
            secret_missing=one.secret_missing,
            missed_since=one.missed_since,
            recovered=one.recovered,
            error=None if one.error is None else TroubleAnswer(code=one.error.code, message=one.error.message),
        )
    )
