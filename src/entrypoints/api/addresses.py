"""Whose network address a request comes from."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from litestar.types import HTTPScope

from .settings import Network

_FORWARDED = b"x-forwarded-for"
_SITE_PREFIX = 64  # RFC 6177: one customer holds at least a /64, so single IPv6 addresses limit nobody


def client_address(scope: HTTPScope, trusted: Sequence[Network]) -> str:
    """The address of the caller, ``unknown`` where the server does not tell.

    ``X-Forwarded-For`` counts only while the hop that wrote it is trusted: its right-most untrusted entry is the
    caller.
    """
    client = scope.get("client")
    nearest = client[0] if client else "unknown"
    if not trusted or not _is_trusted(nearest, trusted):
        return nearest
    for hop in reversed(_forwarded(scope)):
        if not _is_address(hop):
            return nearest
        nearest = hop
        if not _is_trusted(hop, trusted):
            break
    return nearest


def limit_key(address: str) -> str:
    """What shares one limit: the address, for IPv6 its /64."""
    if not _is_address(address):
        return address
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), _SITE_PREFIX), strict=False))
    return str(parsed)


def _forwarded(scope: HTTPScope) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED]
    return [hop.strip() for hop in ",".join(values).split(",") if hop.strip()]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str, trusted: Sequence[Network]) -> bool:
    if not _is_address(text):
        return False
    address = ip_address(text)
    return any(address in network for network in trusted)
