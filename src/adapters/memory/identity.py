"""Users, logins and API keys in memory. What they are found by is unique over all tenants."""

from collections.abc import Collection, Iterator
from itertools import chain
from typing import TypeVar
from uuid import UUID

from ...application.ports.repositories import ApiKeys, Sessions, Users
from ...domain.identity.credentials import ApiKey, Session
from ...domain.identity.user import User
from ...domain.shared.ids import ApiKeyId, SessionId, UserId
from .entities import MemoryEntities
from .store import MemoryStore
from .tables import Draft, Table

E = TypeVar("E")


class MemoryUsers(MemoryEntities[User, UserId], Users):
    """Users."""

    def __init__(self, rows: Draft[UUID, User], store: MemoryStore) -> None:
        super().__init__("user", rows, lambda user: self._with_email(user.email.canonical))
        self._store = store

    async def taken(self, canonical_emails: Collection[str]) -> Collection[str]:
        """Those that are in use."""
        return {email for email in canonical_emails if any(self._with_email(email))}

    def _with_email(self, canonical: str) -> Iterator[User]:
        return anywhere("email", canonical, self._rows, [room.users for room in self._store.rooms])


class MemorySessions(MemoryEntities[Session, SessionId], Sessions):
    """Logins."""

    def __init__(self, rows: Draft[UUID, Session], store: MemoryStore) -> None:
        super().__init__(
            "session", rows, lambda s: anywhere("hash", s.token_hash, rows, [room.sessions for room in store.rooms])
        )


class MemoryApiKeys(MemoryEntities[ApiKey, ApiKeyId], ApiKeys):
    """API keys."""

    def __init__(self, rows: Draft[UUID, ApiKey], store: MemoryStore) -> None:
        super().__init__(
            "API key", rows, lambda k: anywhere("hash", k.key_hash, rows, [room.api_keys for room in store.rooms])
        )


def anywhere(grouping: str, value: str | bytes, own: Draft[UUID, E], tables: Collection[Table[UUID, E]]) -> Iterator[E]:
    """Rows of all tenants: the own ones as this transaction sees them, the others as committed."""
    others = (row for table in tables for key, row in table.among(grouping, value) if key not in own)
    return chain(own.among(grouping, value), others)
