"""Whose address a request comes from."""

import pytest
from litestar.types import HTTPScope

from tresen.domain.shared.errors import InvalidValue
from tresen.entrypoints.api.addresses import client_address, limit_key
from tresen.entrypoints.api.settings import ApiSettings

PROXIES = ApiSettings(trusted_proxies=("10.0.0.0/8", "2001:db8::1")).trusted_proxies


def scope(client: str | None, *forwarded: str) -> HTTPScope:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"type": "http", "client": (client, 1) if client else None, "headers": headers}  # type: ignore[typeddict-item] # what is read of it


@pytest.mark.parametrize(
    ("client", "forwarded", "expected"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("2001:db8::1", ["2001:db8:1::7"], "2001:db8:1::7"),
        ("unix", ["198.51.100.1"], "unix"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
def test_the_caller_is_the_right_most_hop_that_is_not_trusted(
    client: str | None, forwarded: list[str], expected: str
) -> None:
    assert client_address(scope(client, *forwarded), PROXIES) == expected


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert client_address(scope("10.0.0.1", "198.51.100.1"), ()) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("unknown", "unknown"),
    ],
)
def test_one_customer_shares_one_limit(address: str, key: str) -> None:
    assert limit_key(address) == key


@pytest.mark.parametrize("network", ["10.0.0.0/33", "desk.example", "10.0.0.1/8"])
def test_a_proxy_that_is_no_network_is_refused(network: str) -> None:
    with pytest.raises(InvalidValue):
        ApiSettings(trusted_proxies=(network,))


@pytest.mark.parametrize("url", ["desk.example", "ftp://desk.example", "http://", ""])
def test_a_public_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue):
        ApiSettings(public_url=url)


def test_only_the_origin_of_the_public_url_counts() -> None:
    settings = ApiSettings(public_url="https://desk.example/some/path")
    assert settings.public_url == "https://desk.example"
    assert settings.is_https
