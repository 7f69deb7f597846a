"""Access tokens for a service account: a signed assertion is exchanged for one, which is kept while it lasts.

Google's documentation: "Using OAuth 2.0 for Server to Server Applications" (RFC 7523).
"""

import asyncio
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from urllib.parse import urlencode

import attrs
import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ...application.ports.clock import Clock
from ...domain.shared.errors import CredentialsRefused, GatewayUnavailable
from ..http.messages import HttpRequest, HttpResponse, Transport
from ..http.refusals import refusal
from ..webhooks.documents import word
from .account import TOKEN_URI, ServiceAccountKey

SCOPES = ("https://www.googleapis.com/auth/calendar.events", "https://www.googleapis.com/auth/calendar.readonly")
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE = timedelta(hours=1)
# A token that ends so soon is replaced before it is used.
_EARLY = timedelta(seconds=60)
_OK = 200
_PERMANENT = (400, 401, 403)


class Granted(msgspec.Struct):
    """The answer; ``expires_in`` in seconds."""

    access_token: str
    expires_in: float


class Denied(msgspec.Struct):
    """The answer when there is no token: OAuth's word for why (RFC 6749 §5.2)."""

    error: str


@attrs.frozen
class AccessToken:
    """``text`` goes into the header; it is good until ``expires_at`` (UTC)."""

    text: str = attrs.field(repr=False)
    expires_at: datetime

    def is_good(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return now < self.expires_at - _EARLY


@attrs.frozen
class Grantee:
    """Who works: a service account, in its own name or (``subject``) in a user's, where the domain allows that."""

    key: ServiceAccountKey
    subject: str | None = None


def assertion(grantee: Grantee, *, now: datetime) -> str:
    """The signed JWT (RS256)."""
    key, issued = grantee.key, int(now.timestamp())
    header = {"alg": "RS256", "typ": "JWT", **({"kid": key.private_key_id} if key.private_key_id else {})}
    claims = {
        "iss": key.client_email,
        "scope": " ".join(SCOPES),
        # Google's own library signs this address even where the key file names another one.
        "aud": TOKEN_URI,
        "iat": issued,
        "exp": issued + int(_LIFE.total_seconds()),
        **({"sub": grantee.subject} if grantee.subject else {}),
    }
    signed = f"{_segment(msgspec.json.encode(header))}.{_segment(msgspec.json.encode(claims))}"
    signature = _signing_key(key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_segment(signature)}"


def token_request(key: ServiceAccountKey, signed: str) -> HttpRequest:
    """Asking twice gives two tokens, which does no harm."""
    return HttpRequest(
        method="POST",
        url=key.token_uri,
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode({"grant_type": _GRANT, "assertion": signed}).encode(),
        idempotent=True,
        operation="token.exchange",
    )


def token_of(response: HttpResponse, *, now: datetime) -> AccessToken:
    """The token. Raises CredentialsRefused where a person must see to it, GatewayUnavailable for an odd answer."""
    if response.status in _PERMANENT:
        code = _error(response)
        raise CredentialsRefused(
            f"token.exchange: Google gives no token ({code or response.status}): the key is revoked or the clock wrong",
            status=response.status,
        )
    if response.status != _OK:
        raise refusal(response.status, provider="Google", doing="token.exchange")
    try:
        granted = msgspec.json.decode(response.body, type=Granted)
    except ValueError:
        raise GatewayUnavailable("token.exchange: Google's answer is of an unknown form") from None
    # No token lives longer than its assertion: an end beyond that is an error, and would be believed for years.
    life = timedelta(seconds=min(max(granted.expires_in, 0.0), _LIFE.total_seconds()))
    return AccessToken(granted.access_token, now + life)


@attrs.define(eq=False)
class TokenCell:
    """Where an account's token is kept; everyone who calls for the account shares it. Of several who need a new one at
    the same time, one asks and the others wait for it. A token is one grantee's: after a change of key or subject it is
    asked for anew."""

    _token: AccessToken | None = attrs.field(default=None, init=False, repr=False)
    _grantee: Grantee | None = attrs.field(default=None, init=False, repr=False)
    _one_at_a_time: asyncio.Lock = attrs.field(factory=asyncio.Lock, init=False, repr=False)

    async def get(self, grantee: Grantee, transport: Transport, clock: Clock) -> str:
        """A token that is good now. Raises as ``token_of``."""
        async with self._one_at_a_time:
            if self._token is None or self._grantee != grantee or not self._token.is_good(clock.now()):
                signed = assertion(grantee, now=clock.now())
                self._token = token_of(await transport.send(token_request(grantee.key, signed)), now=clock.now())
                self._grantee = grantee
            return self._token.text

    def drop(self, text: str) -> None:
        """It was refused: the next who asks gets another one."""
        if self._token is not None and self._token.text == text:
            self._token = None


def _signing_key(key: ServiceAccountKey) -> RSAPrivateKey:
    signing_key = load_pem_private_key(key.private_key.encode(), password=None)
    if not isinstance(signing_key, RSAPrivateKey):
        raise CredentialsRefused("token.exchange: the service account's private key is no RSA key")
    return signing_key


def _segment(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _error(response: HttpResponse) -> str | None:
    try:
        return word(msgspec.json.decode(response.body, type=Denied).error)
    except ValueError:
        return None
