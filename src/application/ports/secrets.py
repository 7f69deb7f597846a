"""Secrets: hashing passwords and tokens, sealing credentials."""

from abc import abstractmethod
from typing import Protocol

import attrs


class PasswordHasher(Protocol):
    """Slow hashing of passwords."""

    @abstractmethod
    async def hash(self, password: str) -> str:
        """A salted hash that carries its own parameters."""

    @abstractmethod
    async def verify(self, password: str, hashed: str | None) -> bool:
        """Whether they belong together. ``None`` (unknown user) takes the same time and is False."""


@attrs.frozen
class IssuedToken:
    """A new secret: ``text`` is shown once and never kept, ``hashed`` is what is stored."""

    text: str = attrs.field(repr=False)
    hashed: bytes = attrs.field(repr=False)


class TokenSource(Protocol):
    """Makes and recognises bearer tokens and API keys of at least 256 random bits."""

    @abstractmethod
    def issue(self, prefix: str) -> IssuedToken:
        """A new token that begins with ``prefix``."""

    @abstractmethod
    def hashed(self, text: str) -> bytes:
        """What is stored for that token."""


class SecretBox(Protocol):
    """Authenticated encryption of provider credentials."""

    @abstractmethod
    def seal(self, plain: str) -> bytes:
        """Encrypt."""

    @abstractmethod
    def open(self, sealed: bytes) -> str:
        """Decrypt. Raises NotConfigured when the installation's secret key is not the one that sealed it."""
