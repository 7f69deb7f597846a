"""Which addresses users may point us at: none inside our own network.

The check runs twice. When an address is saved, on its text: a name that is plainly local is refused with words that
help. At every connection, on what the name resolves to, and that very address is then dialled (``sockets.py``), so that
a name which changes its mind between two look-ups gains nothing.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

import attrs

from ...domain.shared.errors import InvalidValue

IpAddress = IPv4Address | IPv6Address

# What ipaddress counts as global although packets may end up in our network: IPv4 inside IPv6 (compatible, mapped,
# NAT64 of RFC 6052 and RFC 8215, 6to4, Teredo), site-local addresses, and the 6to4 relays.
_NEVER = tuple(
    ip_network(text)
    for text in (
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
        "192.88.99.0/24",
    )
)
# What a base address has no use for: a query, a fragment, and signs that no URL may hold as they are (RFC 3986 §2).
_UNUSED = frozenset('?#\\"<>^`{|}')
_NAME = re.compile(r"[a-z0-9._-]{1,253}")
_SHOWN = 200
_LONGEST = 2_000
_LOCAL_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "home.arpa")


def is_public(address: IpAddress) -> bool:
    """Whether the address is one of the open internet, reached without any translation."""
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


@attrs.frozen(kw_only=True)
class _Form:
    """A kind of address: the field that names it in errors, the signs it must not hold, and one as it should be."""

    field: str
    unused: frozenset[str]
    kind: str
    example: str


_BASE = _Form(field="base_url", unused=_UNUSED, kind="base address", example="https://api.example.com/v1")
_HOOK = _Form(
    field="url", unused=_UNUSED - {"?"}, kind="address of an endpoint", example="https://example.com/hooks/tresen"
)


class NotPublic(InvalidValue):
    """A fine address, but one that is only called where private ones are allowed."""


def check_base_url(text: str, *, allow_private: bool) -> str:
    """The address without a slash at its end. Raises InvalidValue (field ``base_url``).

    It must be ``https``, without user, query or fragment, and not of our own network; ``allow_private`` lets
    plain ``http`` and local addresses pass, for demonstrations and tests. A host name of other letters than ASCII's
    comes back as it is looked up (``xn--``).
    """
    return _checked(text, _BASE, allow_private=allow_private).rstrip("/")


def check_endpoint_url(text: str, *, allow_private: bool) -> str:
    """The address to which events are sent: as ``check_base_url``, but as it stands, with its query if it has one.

    Raises InvalidValue (field ``url``), also for one of more than 2,000 characters.
    """
    if len(text) > _LONGEST:
        raise InvalidValue(f"the address is longer than {_LONGEST} characters", field=_HOOK.field)
    return _checked(text, _HOOK, allow_private=allow_private)


def _checked(text: str, form: _Form, *, allow_private: bool) -> str:
    # First of all, for urlsplit takes some of them out without a word.
    if not text.isprintable() or " " in text:
        raise InvalidValue("the address must not hold blanks or control characters", field=form.field)
    try:
        parts = urlsplit(text)
        name = (parts.hostname or "").encode("idna").decode("ascii").lower()
        parts.port  # noqa: B018 -- raises ValueError when it is no port
    except (ValueError, UnicodeError):
        raise InvalidValue(f"{text[:_SHOWN]!r} is no web address", field=form.field) from None
    host = name.rstrip(".")
    _check_form(parts, host, text, form)
    if not allow_private:
        if parts.scheme != "https":
            raise NotPublic("the address must begin with https://, for secrets travel with it", field=form.field)
        if not _may_be_public(host):
            raise NotPublic(f"{host} is inside a private network and is not called", field=form.field)
    if not parts.netloc.isascii():
        parts = parts._replace(netloc=name if parts.port is None else f"{name}:{parts.port}")
    return parts.geturl()


def _check_form(parts: SplitResult, host: str, text: str, form: _Form) -> None:
    extras = parts.username is not None or parts.password is not None or not form.unused.isdisjoint(text)
    dialled = (_NAME.fullmatch(host) or _literal(host)) and parts.port != 0 and not parts.netloc.endswith(":")
    spelled = parts.path.isascii() and parts.query.isascii()
    if parts.scheme not in {"https", "http"} or not dialled or extras or not spelled:
        raise InvalidValue(f"{text[:_SHOWN]!r} is no {form.kind}, such as {form.example}", field=form.field)


def _may_be_public(host: str) -> bool:
    """Whether the host, as a text, may lead to the open internet; names are only looked up when they are called."""
    address = _literal(host)
    if address is not None:
        return is_public(address)
    return "." in host and not any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)


def _literal(host: str) -> IpAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        # The short and octal forms (127.1, 0x7f.1, 2130706433) that resolvers accept too.
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
