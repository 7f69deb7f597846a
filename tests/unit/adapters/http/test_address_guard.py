"""Addresses that users may set, and those that they may not."""

from contextlib import suppress
from ipaddress import IPv6Address, ip_address

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.http.address_guard import check_base_url, is_public
from tresen.domain.shared.errors import InvalidValue

PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",  # noqa: S104 -- a text to be refused
    "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "::1", "::", "fe80::1",
    "fc00::1", "fd12::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "::ffff:0:7f00:1",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_no_address_of_our_own_network_is_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "172.32.0.1", "172.15.0.1", "100.63.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_addresses_of_the_open_internet_are(text: str) -> None:
    assert is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_public_inside_ipv6(address: object) -> None:
    """However it is wrapped, and whether or not it is public by itself."""
    number = int(ip_address(str(address)))
    for base in ("::", "::ffff:0:0", "64:ff9b::"):
        assert not is_public(IPv6Address(int(IPv6Address(base)) | number))


@pytest.mark.parametrize(
    "url",
    [
        *(f"https://[{text}]/v1" if ":" in text else f"https://{text}/v1" for text in PRIVATE),
        "https://localhost/v1", "https://LOCALHOST./v1", "https://db.local", "https://api.internal", "https://router",
        "https://127.1/", "https://0x7f.1/", "https://2130706433/", "https://0177.0.0.1/", "https://a.localhost",
        "http://api.wodify.com/v1", "https://①②⑦.0.0.1/",
        "ftp://api.example.com", "api.example.com", "https://", "https://user:key@api.example.com",
        "https://api.example.com?key=1", "https://api.example.com#x", "https://api.example.com:port", "https://[::1",
        "", "https://\udcff.example.com",
        " https://api.example.com", "https://api.example.com/v1\n", "https://api.exa\tmple.com",
        "https://api.example.com/\r\nx: y",
        "https://api.example.com/\x00", "https://api.example.com/a b", "https://api.example.com/\u00a0", "https://api.example.com/v\u0661",
        "https://api.example.com/möbel", "https://api.example.com:0/v1", "https://api.example.com:", "https://api.example.com:65536",
        "https://api.example.com?", "https://api.example.com#", "https://@api.example.com", "https://api..example.com",
        f"https://{'a' * 64}.example.com", "https://" + "a." * 130 + "com", "https://api.exam%70le.com", "https://a<b>.example.com",
        "https://api.example.com\\@127.0.0.1/", "https://api.example.com/{id}",
    ],
)  # fmt: skip
def test_a_base_address_must_lead_out(url: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        check_base_url(url, allow_private=False)
    assert caught.value.details["field"] == "base_url"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.wodify.com/v1", "https://api.wodify.com/v1"),
        ("https://api.wodify.com/v1/", "https://api.wodify.com/v1"),
        ("https://Gym.MÜNCHEN.example/", "https://gym.xn--mnchen-3ya.example"),
        ("https://münchen.example:8443/v1", "https://xn--mnchen-3ya.example:8443/v1"),
        ("https://[2606:4700::1111]:8443/v1", "https://[2606:4700::1111]:8443/v1"),
        ("https://api_1.example.com/v1/%C3%A4", "https://api_1.example.com/v1/%C3%A4"),
        ("https://8.8.8.8:8443", "https://8.8.8.8:8443"),
    ],
)
def test_a_public_address_is_kept_without_its_last_slash(url: str, kept: str) -> None:
    assert check_base_url(url, allow_private=False) == kept


def test_private_addresses_pass_where_the_installation_allows_them() -> None:
    assert check_base_url("http://127.0.0.1:8080/v1", allow_private=True) == "http://127.0.0.1:8080/v1"
    with pytest.raises(InvalidValue):
        check_base_url("ftp://127.0.0.1", allow_private=True)


@given(st.text(max_size=30), st.booleans())
def test_whatever_passes_can_be_called(text: str, allow_private: bool) -> None:
    """As bytes, without a sign that would end a line of the request."""
    for url in (text, f"https://{text}", f"https://api.example.com{text}", f"https://api.example.com/{text}"):
        with suppress(InvalidValue):
            checked = check_base_url(url, allow_private=allow_private)
            assert checked.isascii()
            assert checked.isprintable()
            assert httpcore.URL(checked).host
