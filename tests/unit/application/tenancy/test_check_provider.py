"""A provider's health is an answer, never an exception (W33–W38)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tresen.adapters.memory.gym_providers import MemoryGymProviders
from tresen.application.ports.gym import GymGateway
from tresen.application.tenancy.check_provider import CheckProvider
from tresen.application.tenancy.credentials import RENEW_CREDENTIALS, CredentialGuard
from tresen.domain.shared.errors import CredentialsRefused, GatewayRejected, GatewayUnavailable, NotFound, TresenError
from tresen.domain.shared.ids import AccountId
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount

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


@pytest.mark.parametrize(
    ("settings", "missing"), [(HERE, "API key not configured"), ({}, "API key and location ID not configured")]
)
async def test_without_a_key_nothing_is_called(studio: Studio, settings: dict[str, str], missing: str) -> None:
    studio.change_account(credentials=None, settings=settings)
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert (health.status, health.api_configured, health.error) == ("not_configured", False, missing)
    assert studio.gym.faults.calls == []


async def test_without_a_location_an_account_can_be_read_and_says_what_it_cannot_do(studio: Studio) -> None:
    studio.change_account(settings={})
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert (health.status, health.response, health.api_configured) == ("healthy", "ok", False)
    assert health.error == "location ID not configured: reading works, creating people does not"
    assert studio.gym.faults.calls == ["health"]


async def test_without_a_location_what_is_wrong_at_the_provider_comes_first(studio: Studio) -> None:
    studio.change_account(settings={})
    studio.gym.faults.outage = GatewayUnavailable("connection refused")
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert (health.status, health.error) == ("connection_error", "connection refused")


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
    assert "enter a valid API key" in health.error
    assert studio.gym.faults.calls == []


async def test_refused_credentials_block_the_account_as_a_sync_does(studio: Studio) -> None:
    studio.change_account(settings=HERE)
    studio.gym.faults.outage = CredentialsRefused("HTTP 401: no")
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert health.credential_state is CredentialState.BLOCKED
    account = studio.stored_account()
    assert (account.credential_state, account.state_reason) == (CredentialState.BLOCKED, "HTTP 401: no")
    assert (await studio.check(studio.tenant.id, studio.account.id)).status == "error"
    await studio.members_synced()
    assert studio.gym.faults.calls == ["health"], "no call is made until there is a new key"
    assert [task.operation for task in await studio.tasks()] == [RENEW_CREDENTIALS]


async def test_what_may_be_another_fault_blocks_nothing(studio: Studio) -> None:
    studio.change_account(settings=HERE)
    studio.gym.faults.outage = GatewayRejected("HTTP 400: no")
    health = await studio.check(studio.tenant.id, studio.account.id)
    assert health.credential_state is studio.stored_account().credential_state is CredentialState.OK
    assert not await studio.tasks()


async def test_a_key_that_was_renewed_during_the_check_is_not_blocked(studio: Studio) -> None:
    studio.change_account(settings=HERE)
    gyms = MemoryGymProviders(studio.gyms_by_address)

    class RenewedMeanwhile(MemoryGymProviders):
        """Somebody enters another key while the provider is asked."""

        @asynccontextmanager
        async def open(self, account: ProviderAccount) -> AsyncIterator[GymGateway]:
            async with gyms.open(account) as gym:
                yield gym
            studio.change_account(credentials=b"another")

    studio.gym.faults.outage = CredentialsRefused("HTTP 401: no")
    check = CheckProvider(
        studio.transactions,
        RenewedMeanwhile(studio.gyms_by_address),
        CredentialGuard(studio.clock, studio.ids),
        studio.clock,
    )
    health = await check(studio.tenant.id, studio.account.id)
    assert health.credential_state is studio.stored_account().credential_state is CredentialState.OK
    assert not await studio.tasks()


async def test_no_secret_is_in_the_answer(studio: Studio) -> None:
    studio.change_account(settings=HERE)
    assert "the key" not in repr(await studio.check(studio.tenant.id, studio.account.id))


async def test_an_unknown_account_is_not_found(studio: Studio) -> None:
    with pytest.raises(NotFound):
        await studio.check(studio.tenant.id, AccountId(studio.ids.new()))
