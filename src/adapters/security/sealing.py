"""Sealing provider credentials with the installation's secret key."""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ...application.ports.secrets import SecretBox
from ...domain.shared.errors import NotConfigured

_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
# The first byte names the format, so that another can follow; it is authenticated too.
_FORMAT = b"\x01"


class AesGcmSecretBox(SecretBox):
    """AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce per seal.

    ``key`` is what ``new_key`` gives. Without one (None or empty) the installation runs, but nothing can be
    sealed or opened. The constructor raises NotConfigured for a text that is no key.
    """

    def __init__(self, key: str | None) -> None:
        self._cipher = AESGCM(_read_key(key)) if key else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(key={'***' if self._cipher else None})"

    def seal(self, plain: str) -> bytes:
        """Encrypt. Raises NotConfigured without a key."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._keyed().encrypt(nonce, plain.encode(), _FORMAT)

    def open(self, sealed: bytes) -> str:
        """Decrypt. Raises NotConfigured without a key, with another key, and for damaged bytes."""
        cipher = self._keyed()
        head, nonce, body = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if head != _FORMAT or len(body) < _TAG_BYTES:
            raise _not_ours()
        try:
            return cipher.decrypt(nonce, body, _FORMAT).decode()
        except InvalidTag:
            raise _not_ours() from None

    def _keyed(self) -> AESGCM:
        if self._cipher is None:
            raise NotConfigured(
                "this installation has no secret key, so it can keep no credentials: set TRESEN_SECRET_KEY "
                "to 32 random bytes in base64",
                setting="secret_key",
            )
        return self._cipher


def new_key() -> str:
    """A fresh key: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode()


def _read_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise NotConfigured("the secret key is not 32 bytes in base64: check TRESEN_SECRET_KEY", setting="secret_key")
    return key


def _not_ours() -> NotConfigured:
    return NotConfigured(
        "the credentials were sealed with another secret key, or are damaged: set TRESEN_SECRET_KEY to the former "
        "key, or connect the account again",
        setting="secret_key",
    )
