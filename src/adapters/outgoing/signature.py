"""The signature of Standard Webhooks: HMAC-SHA256 over id, instant and body, keyed with the decoded secret."""

import base64
import binascii
import hashlib
import hmac
import secrets as random
from collections.abc import Mapping, Sequence

from ...application.ports.outgoing import SigningSecrets
from ...domain.shared.errors import NotConfigured

_PREFIX = "whsec_"
_RANDOM_BYTES = 32
_VERSION = "v1"


class RandomSigningSecrets(SigningSecrets):
    """32 random bytes each: the specification asks for 24 to 64."""

    def new(self) -> str:
        """``whsec_`` and base64."""
        return _PREFIX + base64.b64encode(random.token_bytes(_RANDOM_BYTES)).decode()


def signed_headers(*, webhook_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """The three headers. ``timestamp`` is the attempt's instant in whole seconds since 1970.

    One signature per secret, so that a receiver that knows only one of two finds its own. Raises NotConfigured for
    a text that is no secret.
    """
    content = b".".join((webhook_id.encode(), str(timestamp).encode(), body))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"{_VERSION},{_signature(_key(secret), content)}" for secret in secrets),
    }


def _signature(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise NotConfigured("the endpoint's signing secret is damaged: rotate it", setting="secret") from None
