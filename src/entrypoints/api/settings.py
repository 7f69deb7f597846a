"""What the API and the page must be told."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

import attrs

from ...domain.shared.errors import InvalidValue
from .arriving import ARRIVAL_S

Network = IPv4Network | IPv6Network


def _networks(texts: Iterable[str | Network]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(text) if isinstance(text, str) else text for text in texts)
    except ValueError as error:
        raise InvalidValue(f"no address or network: {error}", field="trusted_proxies") from None


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(texts)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise InvalidValue(f"{url!r} is no URL such as https://desk.example", field="public_url")
    return f"{parts.scheme}://{parts.netloc}"


@attrs.frozen(kw_only=True)
class ApiSettings:
    """``public_url`` is where browsers reach the installation; only its origin counts.

    ``trusted_proxies``: addresses or networks (``10.0.0.0/8``) whose ``X-Forwarded-For`` is believed.
    ``cors_origins``: foreign origins that may call the API from a browser; none by default.
    Limits are requests in any 60 s, per user or key and per network address.
    ``arrival_s``: seconds that the body of a request may take to arrive.
    Raises InvalidValue for an address or URL that is none.
    """

    public_url: str = attrs.field(default="http://127.0.0.1:8000", converter=_origin)
    trusted_proxies: tuple[Network, ...] = attrs.field(default=(), converter=_networks)
    cors_origins: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    principal_limit: int = 600
    address_limit: int = 1_200
    arrival_s: float = ARRIVAL_S
    docs: bool = True

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us over TLS."""
        return self.public_url.startswith("https:")
