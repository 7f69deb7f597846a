"""What accounts of each provider may look like: addresses, settings, credentials."""

import json
from collections.abc import Callable, Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tresen.adapters.calcom.account import calcom
from tresen.adapters.google_calendar.account import calendars_of, google_calendar
from tresen.adapters.providers import Provider, ProviderRegistry
from tresen.adapters.retell.account import retell
from tresen.adapters.stripe.account import stripe
from tresen.adapters.woocommerce.account import woocommerce
from tresen.domain.shared.errors import InvalidValue

MAKERS: Mapping[str, Callable[..., Provider]] = {
    "calcom": calcom,
    "google_calendar": google_calendar,
    "retell": retell,
    "stripe": stripe,
    "woocommerce": woocommerce,
}


def registry(*, allow_private: bool = False) -> ProviderRegistry:
    return ProviderRegistry([make(allow_private=allow_private) for make in MAKERS.values()])


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


RSA_KEY = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
EC_KEY = pem(ec.generate_private_key(ec.SECP256R1()))


def key_file(**changes: object) -> str:
    given = {
        "type": "service_account",
        "project_id": "desk",
        "private_key_id": "kid1",
        "private_key": RSA_KEY,
        "client_email": "desk@desk.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
        "universe_domain": "googleapis.com",
    }
    return json.dumps({**given, **changes}, indent=2)


def test_the_registry_knows_every_provider() -> None:
    assert registry().names() == sorted(MAKERS)
    for ask in (
        lambda: registry().check_credentials("mindbody", "k"),
        lambda: registry().check_settings("mindbody", base_url=None, settings={}),
    ):
        with pytest.raises(InvalidValue) as caught:
            ask()
        assert caught.value.details["field"] == "provider"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("calcom", "https://api.cal.com/v2"),
        ("google_calendar", "https://www.googleapis.com/calendar/v3"),
        ("retell", "https://api.retellai.com"),
        ("stripe", "https://api.stripe.com/v1"),
    ],
)
def test_the_address_is_the_providers_own_unless_another_is_given(name: str, address: str) -> None:
    assert registry().check_settings(name, base_url=None, settings={}).base_url == address
    other = registry().check_settings(name, base_url="https://other.example.com/v2", settings={})
    assert other.base_url == "https://other.example.com/v2"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example.com", "https://shop.example.com/wp-json/wc/v3"),
        ("https://shop.example.com/", "https://shop.example.com/wp-json/wc/v3"),
        ("https://example.com/shop", "https://example.com/shop/wp-json/wc/v3"),
        ("https://shop.example.com/wp-json/wc/v3", "https://shop.example.com/wp-json/wc/v3"),
    ],
)
def test_a_shop_has_an_address_of_its_own_and_its_interface_below(given: str, kept: str) -> None:
    assert registry().check_settings("woocommerce", base_url=given, settings={}).base_url == kept


@pytest.mark.parametrize("name", sorted(MAKERS))
@pytest.mark.parametrize("address", ["https://127.0.0.1/v1", "http://shop.example.com", "https://[::1]/", "ftp://a.b"])
def test_no_account_leads_into_a_private_network_or_is_sent_a_key_in_the_clear(name: str, address: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        registry().check_settings(name, base_url=address, settings={})
    assert caught.value.details["field"] == "base_url"


def test_demonstrations_may_use_private_addresses() -> None:
    allowed = registry(allow_private=True)
    for name in MAKERS:
        assert allowed.check_settings(name, base_url="http://127.0.0.1:9/wp-json", settings={}).base_url.startswith(
            "http://127.0.0.1:9"
        )


def test_a_shop_without_an_address_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        registry().check_settings("woocommerce", base_url=None, settings={})
    assert caught.value.details["field"] == "base_url"


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_settings_that_a_provider_does_not_have_are_refused(name: str) -> None:
    address = "https://shop.example.com"
    with pytest.raises(InvalidValue) as caught:
        registry().check_settings(name, base_url=address, settings={"colour": ""})
    assert caught.value.details["field"] == "colour"


@pytest.mark.parametrize(
    ("name", "settings", "kept"),
    [
        ("stripe", {"mode": " live "}, {"mode": "live"}),
        ("stripe", {"mode": ""}, {}),
        ("google_calendar", {"calendars": "a@b.c, d@e.f ,a@b.c,"}, {"calendars": "a@b.c,d@e.f"}),
        ("google_calendar", {"subject": "desk@example.com"}, {"subject": "desk@example.com"}),
    ],
)
def test_settings_are_kept_trimmed_and_empty_ones_not_at_all(
    name: str, settings: dict[str, str], kept: dict[str, str]
) -> None:
    assert registry().check_settings(name, base_url=None, settings=settings).settings == kept


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("stripe", {"mode": "both"}),
        ("google_calendar", {"calendars": "primary"}),
        ("google_calendar", {"calendars": ",".join(f"{n}@x.y" for n in range(101))}),
        ("google_calendar", {"subject": "desk"}),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(name: str, settings: dict[str, str]) -> None:
    with pytest.raises(InvalidValue) as caught:
        registry().check_settings(name, base_url=None, settings=settings)
    assert caught.value.details["field"] == next(iter(settings))


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("calcom", " cal_live_abc\n", "cal_live_abc"),
        ("retell", "key_abc", "key_abc"),
        ("stripe", "sk_test_abc", "sk_test_abc"),
        ("stripe", "rk_live_abc", "rk_live_abc"),
        ("stripe", "  ", None),
        ("woocommerce", "ck_1a:cs_2b", "ck_1a:cs_2b"),
    ],
)
def test_credentials_of_the_right_form_are_kept(name: str, text: str, kept: str | None) -> None:
    assert registry().check_credentials(name, text) == kept


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *((name, "") for name in MAKERS if name != "stripe"),
        *((name, " \n") for name in MAKERS if name != "stripe"),
        ("calcom", "sk_live_s3cr3t"),
        ("calcom", "cal_s3cr3t with blank"),
        ("retell", "schlüssel-s3cr3t"),
        ("retell", "s3cr3t\nX-Injected: 1"),
        ("stripe", "pk_live_s3cr3t"),
        ("stripe", "whsec_s3cr3t"),
        ("woocommerce", "ck_s3cr3t"),
        ("woocommerce", "ck_s3cr3t:cs_"),
        ("woocommerce", "cs_s3cr3t:ck_s3cr3t"),
        ("google_calendar", "s3cr3t"),
        ("google_calendar", '{"private_key": "s3cr3t"}'),
        ("google_calendar", key_file(type="authorized_user", private_key="s3cr3t")),
        ("google_calendar", key_file(private_key="s3cr3t")),
        ("google_calendar", key_file(private_key=EC_KEY)),
        ("google_calendar", key_file(client_email="s3cr3t")),
        ("google_calendar", key_file(token_uri="https://10.0.0.1/token")),
        ("google_calendar", key_file(token_uri="http://oauth2.googleapis.com/token")),
        ("google_calendar", "[" * 100_000),
        ("google_calendar", "\ud800"),
    ],
)
def test_credentials_of_another_form_are_refused_without_being_told(name: str, text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        registry().check_credentials(name, text)
    assert caught.value.details["field"] == "api_key"
    assert "s3cr3t" not in caught.value.message
    assert "PRIVATE" not in caught.value.message


def test_a_signing_secret_in_the_place_of_a_key_is_recognised() -> None:
    with pytest.raises(InvalidValue, match="webhooks secret"):
        registry().check_credentials("stripe", "whsec_abc")


def test_of_a_key_file_only_what_is_needed_is_kept() -> None:
    kept = registry().check_credentials("google_calendar", key_file())
    assert json.loads(kept or "") == {
        "type": "service_account",
        "client_email": "desk@desk.iam.gserviceaccount.com",
        "private_key": RSA_KEY,
        "private_key_id": "kid1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


def test_calendars_are_read_as_they_are_kept() -> None:
    assert list(calendars_of("a@b.c,d@e.f")) == ["a@b.c", "d@e.f"]
    assert list(calendars_of(None)) == []
