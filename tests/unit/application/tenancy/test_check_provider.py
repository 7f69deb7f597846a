"""A provider's health is an answer, never an exception (W33–W38)."""

import pytest

from tresen.domain.shared.errors import CredentialsRefused, GatewayRejected, GatewayUnavailable, NotFound, TresenError
from tresen.domain.shared.ids import AccountId
from tresen.domain.tenancy.provider_account import CredentialState

from ..studio import Studio

HERE = {"location_id": "17"}


async def test_healthy(studio: Studio) -> None:
    studio.change_account(settings=HERE)
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert (health.status, health.response, health.error) == ("healthy", "ok", None)
    assert (health.api_configured, health.location_id, health.api_url) == (True, "17", "memory://gym")
    assert (health.provider, health.account, health.account_id) == ("memory", "main", studio.account.id)
    assert health.last_check == studio.clock.now()
    assert health.credential_state is CredentialState.OK


@pytest.mark.parametrize("changes", [{"credentials": None, "settings": HERE}, {"settings": {}}])
async def test_without_key_or_location_nothing_is_called(studio: Studio, changes: dict[str, object]) -> None:
    studio.change_account(**changes)
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert (health.status, health.api_configured) == ("not_configured", False)
    assert health.error == "API key or location ID not configured"
    assert studio.gym.faults.calls == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (GatewayUnavailable("connection refused"), "connection_error"),
        (GatewayRejected("HTTP 400: no"), "error"),
        (CredentialsRefused("HTTP 401: no"), "error"),
    ],
)
async def test_what_is_wrong_is_in_the_answer(studio: Studio, error: TresenError, status: str) -> None:
    studio.change_account(settings=HERE)
    studio.gym.faults.outage = error  # type: ignore[assignment] # each of them is a GatewayError
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert (health.status, health.error, health.response) == (status, error.message, None)


async def test_a_blocked_account_is_not_called(studio: Studio) -> None:
    studio.change_account(settings=HERE, credential_state=CredentialState.BLOCKED, state_reason="401")
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert (health.status, health.api_configured, health.credential_state) == ("error", True, CredentialState.BLOCKED)
    assert health.error is not None
    assert "connect it again" in health.error
    assert studio.gym.faults.calls == []


async def test_no_secret_is_in_the_answer(studio: Studio) -> None:
    studio.change_account(settings=HERE)
    assert "the key" not in repr(await studio.check(studio.tenant.id, studio.account.id))


async def test_an_unknown_account_is_not_found(studio: Studio) -> None:
    with pytest.raises(NotFound):
        await studio.check(studio.tenant.id, AccountId(studio.ids.new()))
