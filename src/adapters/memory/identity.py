"""Users, logins and API keys in memory. What they are found by is unique over all tenants."""

from collections.abc import Collection, Iterator
from itertools import chain
from typing import TypeVar
from uuid import UUID

from ...application.ports.repositories import ApiKeys, Sessions, Users
from ...domain.identity.credentials import ApiKey, Session
from ...domain.identity.user import User
from ...domain.shared.ids import ApiKeyId, SessionId, TenantId, UserId
from .entities import MemoryEntities
from .store import MemoryStore
from .tables import Draft, Table

E = TypeVar("E")


class MemoryUsers(MemoryEntities[User, UserId], Users):
    """Users."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, User], store: MemoryStore) -> None:
        super().__init__("user", tenant_id, rows, lambda user: self._with_email(user.email.canonical))
        self._store = store

    async def taken(self, canonical_emails: Collection[str]) -> Collection[str]:
        """Those that are in use."""
        return {email for email in canonical_emails if any(self._with_email(email))}

    def _with_email(self, canonical: str) -> Iterator[User]:
        return anywhere("email", canonical, self._rows, [room.users for room in self._store.rooms])


class MemorySessions(MemoryEntities[Session, SessionId], Sessions):
    """Logins."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Session], store: MemoryStore) -> None:
        def same_token(session: Session) -> Iterator[Session]:
            return anywhere("hash", session.token_hash, rows, [room.sessions for room in store.rooms])

        super().__init__("session", tenant_id, rows, same_token)


class MemoryApiKeys(MemoryEntities[ApiKey, ApiKeyId], ApiKeys):
    """API keys."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, ApiKey], store: MemoryStore) -> None:
        def same_key(key: ApiKey) -> Iterator[ApiKey]:
            return anywhere("hash", key.key_hash, rows, [room.api_keys for room in store.rooms])

        super().__init__("API key", tenant_id, rows, same_key)


def anywhere(grouping: str, value: str | bytes, own: Draft[UUID, E], tables: Collection[Table[UUID, E]]) -> Iterator[E]:
    """Rows of all tenants: the own ones as this transaction sees them, the others as committed."""
    others = (row for table in tables for key, row in table.among(grouping, value) if key not in own)
    return chain(own.among(grouping, value), others)
