"""The emulated service account: its key pair, and the tokens that it is given for signed assertions."""

import base64
import functools
import itertools
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ..routing import Refused

CLIENT_EMAIL = "tresen@emulated.iam.example.com"
KEY_ID = "emulated-key-1"
# Google's own library signs this, whatever ``token_uri`` says.
AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SCOPE = "https://www.googleapis.com/auth/calendar"
_LIFE_S = 3599
_LONGEST_S = 3600
_SKEW_S = 300
_BITS = 2048
_PARTS = 3


class Header(msgspec.Struct):
    """Of an assertion."""

    alg: str
    typ: str
    kid: str | None = None


class Claims(msgspec.Struct):
    """Of an assertion; instants in Unix seconds."""

    iss: str
    scope: str
    aud: str
    iat: int
    exp: int
    sub: str | None = None


@functools.cache
def key_pair() -> rsa.RSAPrivateKey:
    """One for the process: making it takes a while."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)


class ServiceAccount:
    """``issued`` counts the tokens that were given out; ``revoke`` makes all of them worthless. ``delegated``: in which
    users' names it may work."""

    def __init__(self, now: Callable[[], datetime], delegated: Collection[str] = ()) -> None:
        self._now, self._delegated = now, delegated
        self._numbers = itertools.count(1)
        self.reset()

    def reset(self) -> None:
        """No token is out."""
        self.issued = 0
        self._tokens: dict[str, datetime] = {}

    @property
    def private_key(self) -> str:
        """As PEM."""
        encoded = key_pair().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return encoded.decode("ascii")

    def exchange(self, grant: str, assertion: str, *, here: str) -> dict[str, object]:
        """A token for an assertion that holds. Raises Refused 400 in the words of OAuth."""
        if grant != GRANT:
            raise Refused(400, "unsupported_grant_type", "Invalid grant_type")
        claims = _verified(assertion)
        now = self._now().timestamp()
        if claims.iss != CLIENT_EMAIL or claims.aud not in {AUDIENCE, here}:
            raise Refused(400, "invalid_grant", "Invalid JWT: issuer or audience")
        if not (claims.iat - _SKEW_S <= now < claims.exp and claims.exp - claims.iat <= _LONGEST_S):
            raise Refused(400, "invalid_grant", "Invalid JWT: Token must be short-lived")
        if not claims.scope.startswith(_SCOPE) or claims.sub not in {None, *self._delegated}:
            raise Refused(401, "unauthorized_client", "Client is unauthorized to retrieve access tokens")
        token = f"ya29.emulated-{next(self._numbers)}"
        self._tokens[token] = self._now() + timedelta(seconds=_LIFE_S)
        self.issued += 1
        return {"access_token": token, "expires_in": _LIFE_S, "token_type": "Bearer"}

    def revoke(self) -> None:
        """Every token that is out is refused from now on."""
        self._tokens.clear()

    def admits(self, authorization: str | None) -> bool:
        """Whether the header bears a token that is valid now."""
        scheme, _, token = (authorization or "").partition(" ")
        ends = self._tokens.get(token)
        return scheme == "Bearer" and ends is not None and self._now().astimezone(UTC) < ends


def _verified(assertion: str) -> Claims:
    parts = assertion.split(".")
    if len(parts) != _PARTS:
        raise Refused(400, "invalid_grant", "Bad assertion")
    try:
        header = msgspec.json.decode(_bytes(parts[0]), type=Header)
        claims = msgspec.json.decode(_bytes(parts[1]), type=Claims)
        signed = f"{parts[0]}.{parts[1]}".encode()
        key_pair().public_key().verify(_bytes(parts[2]), signed, padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature):
        raise Refused(400, "invalid_grant", "Invalid JWT Signature.") from None
    if (header.alg, header.typ) != ("RS256", "JWT") or header.kid != KEY_ID:
        raise Refused(400, "invalid_grant", "Invalid JWT header")
    return claims


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
