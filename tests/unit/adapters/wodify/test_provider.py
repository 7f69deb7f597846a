"""Accounts at Wodify: what may be set, and what opening one asks for."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from tresen.adapters.http.chain import CallChains
from tresen.adapters.memory.clock import NOON, FixedClock, FixedDice
from tresen.adapters.providers import GymRegistry, ProviderRegistry
from tresen.adapters.wodify.provider import WodifyProvider
from tresen.application.ports.secrets import SecretBox
from tresen.domain.shared.errors import AddressNotAllowed, InvalidValue, NotConfigured
from tresen.domain.shared.ids import AccountId, TenantId
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount
from tresen.entrypoints.cli.sync_errors import ADVICE


class GlassBox(SecretBox):
    """Seals nothing."""

    def seal(self, plain: str) -> bytes:
        return plain.encode()

    def open(self, sealed: bytes) -> str:
        return sealed.decode()


def wodify(*, allow_private: bool = False) -> WodifyProvider:
    return WodifyProvider(CallChains(FixedClock(), FixedDice(), allow_private=allow_private), GlassBox())


def registry(*, allow_private: bool = False) -> ProviderRegistry:
    return ProviderRegistry([wodify(allow_private=allow_private)])


def account(
    *,
    provider: str = "wodify",
    key: str | None = "k",
    base_url: str = "https://api.wodify.com/v1",
    settings: Mapping[str, str] | None = None,
    state: CredentialState = CredentialState.OK,
) -> ProviderAccount:
    return ProviderAccount(
        id=AccountId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        provider=provider,
        name="main",
        base_url=base_url,
        credentials=None if key is None else key.encode(),
        settings=settings or {},
        credential_state=state,
        created_at=NOON,
    )


def test_the_registry_knows_its_providers() -> None:
    assert registry().names() == GymRegistry([wodify()]).names() == ["wodify"]


def test_the_address_has_a_default() -> None:
    connection = registry().check_settings("wodify", base_url=None, settings={"location_id": " 20 ", "burst": ""})
    assert connection.base_url == "https://api.wodify.com/v1"
    assert connection.settings == {"location_id": "20"}


@pytest.mark.parametrize(
    ("provider", "base_url", "settings", "field"),
    [
        ("mindbody", None, {}, "provider"),
        ("wodify", "https://127.0.0.1/v1", {}, "base_url"),
        ("wodify", "http://api.wodify.com/v1", {}, "base_url"),
        ("wodify", None, {"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_used_is_refused_when_it_is_saved(
    provider: str, base_url: str | None, settings: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        registry().check_settings(provider, base_url=base_url, settings=settings)
    assert caught.value.details["field"] == field


def test_private_addresses_are_for_installations_that_allow_them() -> None:
    url = "http://127.0.0.1:8080/v1"
    assert registry(allow_private=True).check_settings("wodify", base_url=url, settings={}).base_url == url


@pytest.mark.parametrize(
    "unusable",
    [
        account(provider="mindbody"),
        account(key=None),
        account(state=CredentialState.BLOCKED),
        account(state=CredentialState.REVOKED),
        account(key="with\nnewline"),
        account(key="schlüssel"),
        account(key=" "),
        account(base_url="http://10.0.0.1/v1"),
        account(settings={"colour": "red"}),
    ],
)
async def test_an_account_that_may_not_or_cannot_be_called_is_not_opened(unusable: ProviderAccount) -> None:
    with pytest.raises(NotConfigured):
        async with GymRegistry([wodify()]).open(unusable):
            pass


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/v1", "http://api.example.com/v1", "https://10.0.0.1/v1"])
async def test_an_address_that_was_allowed_once_names_the_setting_that_allows_it(url: str) -> None:
    with pytest.raises(AddressNotAllowed) as refused:
        async with GymRegistry([wodify()]).open(account(base_url=url)):
            pass
    assert refused.value.message.endswith("; TRESEN_ALLOW_PRIVATE_ADDRESSES=true allows it")
    assert "TRESEN_ALLOW_PRIVATE_ADDRESSES" in ADVICE[refused.value.code]


async def test_what_no_setting_would_allow_names_none() -> None:
    with pytest.raises(NotConfigured) as refused:
        async with GymRegistry([wodify()]).open(account(base_url="https://api.example.com?key=1")):
            pass
    assert refused.value.code == "not_configured"
    assert "TRESEN_ALLOW" not in refused.value.message


async def test_opening_an_account_calls_nobody() -> None:
    async with GymRegistry([wodify()]).open(account()) as gateway:
        assert gateway is not None


def test_an_account_leads_elsewhere_by_its_address_alone() -> None:
    gyms = GymRegistry([wodify()])
    assert gyms.place(account()) == gyms.place(account(key="k2", settings={"location_id": "7"}))
    others = {gyms.place(account(base_url="https://api.example.org")), gyms.place(account(provider="stripe"))}
    assert len({gyms.place(account()), *others}) == 3


def test_any_key_will_do_but_an_empty_one() -> None:
    assert registry().check_credentials("wodify", " k\n") == "k"
    with pytest.raises(InvalidValue) as caught:
        registry().check_credentials("wodify", " ")
    assert caught.value.details["field"] == "api_key"


def test_accounts_elsewhere_are_told_where_members_are_kept() -> None:
    with pytest.raises(NotConfigured, match="no members are kept at 'stripe', only at wodify"):
        GymRegistry([wodify()]).open(account(provider="stripe"))
