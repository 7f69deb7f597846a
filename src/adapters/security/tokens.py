"""Bearer tokens and API keys."""

import hashlib
import secrets

from ...application.ports.secrets import IssuedToken, TokenSource

_RANDOM_BYTES = 32


class RandomTokens(TokenSource):
    """256 random bits as URL-safe text; SHA-256 is what is kept.

    A fast hash is enough: nobody guesses 256 random bits, and a slow one would be paid on every request.
    """

    def issue(self, prefix: str) -> IssuedToken:
        """A new token: the prefix and 43 characters."""
        text = prefix + secrets.token_urlsafe(_RANDOM_BYTES)
        return IssuedToken(text, self.hashed(text))

    def hashed(self, text: str) -> bytes:
        """32 bytes, the same for the same text."""
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
