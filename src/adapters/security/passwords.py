"""Passwords: argon2id, off the event loop."""

import asyncio
import os
import unicodedata
from base64 import b64encode

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError

from ...application.ports.secrets import PasswordHasher

_SALT_BYTES, _HASH_BYTES = 16, 32


class Argon2PasswordHasher(PasswordHasher):
    """Argon2id with the second recommended parameters of RFC 9106 §4 (64 MiB, 3 passes, 4 lanes).

    At most ``at_once`` hashes are computed at a time, so that a flood of logins takes neither all memory nor all
    threads. Passwords are normalised to NFKC first (NIST SP 800-63B §5.1.1.2): one typed on another keyboard is
    the same password.
    """

    def __init__(self, *, memory_kib: int = 65_536, passes: int = 3, lanes: int = 4, at_once: int = 2) -> None:
        self._argon2 = Argon2(
            time_cost=passes, memory_cost=memory_kib, parallelism=lanes, hash_len=_HASH_BYTES, salt_len=_SALT_BYTES
        )
        self._nobody = _unmatchable(memory_kib=memory_kib, passes=passes, lanes=lanes)
        self._turns = asyncio.Semaphore(at_once)

    async def hash(self, password: str) -> str:
        """A new hash in the PHC text format."""
        async with self._turns:
            return await asyncio.to_thread(self._argon2.hash, _normal(password))

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Whether they belong together; a text that is no argon2 hash belongs to no password."""
        async with self._turns:
            return await asyncio.to_thread(self._matches, hashed or self._nobody, _normal(password))

    def _matches(self, hashed: str, password: bytes) -> bool:
        try:
            return self._argon2.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> bytes:
    # JSON can carry half a surrogate pair: hashed as it is, it is a wrong password and no crash.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _unmatchable(*, memory_kib: int, passes: int, lanes: int) -> str:
    """A hash of nothing known: checking a password against it takes as long as against a user's."""
    salt, digest = (b64encode(os.urandom(n)).rstrip(b"=").decode() for n in (_SALT_BYTES, _HASH_BYTES))
    return f"$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${digest}"
