"""Gyms in memory, by address."""

import pytest
from tests.builders import a_tenant, an_account

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_providers import PROVIDER, MemoryGymProviders
from tresen.domain.shared.errors import InvalidValue, NotConfigured
from tresen.domain.tenancy.provider_account import CredentialState

TENANT = a_tenant().id


@pytest.fixture
def gyms() -> dict[str, MemoryGym]:
    return {f"memory://{name}": MemoryGym(GymBooks(FixedClock()), FixedClock()) for name in ("gym", "other")}


async def test_an_account_reaches_the_gym_at_its_address(gyms: dict[str, MemoryGym]) -> None:
    providers = MemoryGymProviders(gyms)
    for address, gym in gyms.items():
        async with providers.open(an_account(TENANT, base_url=address)) as opened:
            assert opened is gym


async def test_an_account_that_must_not_be_called_is_not(gyms: dict[str, MemoryGym]) -> None:
    blocked = an_account(TENANT)
    blocked.credential_state = CredentialState.BLOCKED
    for account in (
        blocked,
        an_account(TENANT, credentials=None),
        an_account(TENANT, base_url="memory://nowhere"),
        an_account(TENANT, provider="another"),
    ):
        with pytest.raises(NotConfigured):
            async with MemoryGymProviders(gyms).open(account):
                pass


def test_settings_are_checked_and_completed(gyms: dict[str, MemoryGym]) -> None:
    providers = MemoryGymProviders(gyms)
    assert list(providers.names()) == ["memory"]
    assert providers.check_settings("memory", base_url=None, settings={}).base_url == "memory://gym"
    given = providers.check_settings("memory", base_url="memory://other", settings={"allow_unproven": "true"})
    assert (given.base_url, given.settings) == ("memory://other", {"allow_unproven": "true"})


@pytest.mark.parametrize(
    ("provider", "base_url", "settings", "field"),
    [
        ("another", None, {}, "provider"),
        ("memory", "memory://nowhere", {}, "base_url"),
        ("memory", "", {}, "base_url"),
        ("memory", None, {"colour": "red"}, "settings.colour"),
    ],
)
def test_what_is_wrong_is_named(
    gyms: dict[str, MemoryGym], provider: str, base_url: str | None, settings: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        MemoryGymProviders(gyms).check_settings(provider, base_url=base_url, settings=settings)
    assert refused.value.details["field"] == field


@pytest.mark.parametrize(("provider", "key", "field"), [("other", "k", "provider"), (PROVIDER, " ", "api_key")])
def test_only_the_one_provider_takes_keys_and_no_empty_ones(provider: str, key: str, field: str) -> None:
    providers = MemoryGymProviders({})
    assert providers.check_credentials(PROVIDER, " k ") == "k"
    with pytest.raises(InvalidValue) as caught:
        providers.check_credentials(provider, key)
    assert caught.value.details["field"] == field
