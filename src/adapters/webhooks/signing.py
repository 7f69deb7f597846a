"""Proofs of who sent a request: compared in constant time, against every secret that is live."""

import hmac
from collections.abc import Iterable, Sequence

from ...application.ports.webhooks import BadSignature


def usable(secrets: Iterable[str]) -> Sequence[bytes]:
    """The secrets as keys, in their order. Raises BadSignature when none is left: nobody signs with an empty one."""
    keys = [as_bytes(secret) for secret in secrets if secret.strip()]
    if not keys:
        raise BadSignature("there is no secret to verify signatures with: enter the provider's")
    return keys


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """The digest (RFC 2104)."""
    return hmac.digest(key, message, "sha256")


def is_one_of(given: str, proofs: Iterable[str]) -> bool:
    """Whether it is one of them. All are compared, each in constant time, whatever signs a header holds."""
    text = as_bytes(given)
    found = False
    for proof in proofs:
        found |= hmac.compare_digest(text, as_bytes(proof))
    return found


def as_bytes(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which UTF-8 has no bytes for, is no reason to fail."""
    return text.encode("utf-8", "surrogatepass")


def not_proven() -> BadSignature:
    """The same words whatever was wrong, so that nobody learns from them."""
    return BadSignature("the signature does not fit the request")
