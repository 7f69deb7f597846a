"""The installation's lists in memory."""

from collections.abc import Sequence

from ...application.ports.directory import Directory
from ...domain.identity.credentials import ApiKey, Session
from ...domain.identity.user import User
from ...domain.shared.errors import AlreadyExists, NotFound
from ...domain.shared.ids import TenantId
from ...domain.tenancy.tenant import Tenant
from .store import MemoryStore


class MemoryDirectory(Directory):
    """Sees what is committed, of all tenants."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def add_tenant(self, tenant: Tenant) -> None:
        """Put a new one in; it is there at once."""
        if any(tenant.id == r.tenant.id or tenant.slug == r.tenant.slug for r in self._store.rooms):
            raise AlreadyExists(f"there is a tenant {tenant.slug} already", slug=tenant.slug)
        self._store.add_room(tenant)

    async def tenants(self) -> Sequence[Tenant]:
        """By slug."""
        return sorted((r.tenant for r in self._store.rooms), key=lambda t: t.slug)

    async def tenant(self, id_or_slug: TenantId | str) -> Tenant:
        """A text is a slug."""
        if not isinstance(id_or_slug, str):
            return self._store.room(id_or_slug).tenant
        for room in self._store.rooms:
            if room.tenant.slug == id_or_slug:
                return room.tenant
        raise NotFound("tenant", id_or_slug)

    async def user_by_email(self, canonical: str) -> User | None:
        """The user, active or not."""
        for room in self._store.rooms:
            for _, user in room.users.among("email", canonical):
                return room.users.copy(user)
        return None

    async def session_by_hash(self, token_hash: bytes) -> tuple[Session, User] | None:
        """The login, valid or not."""
        for room in self._store.rooms:
            for _, session in room.sessions.among("hash", token_hash):
                user = room.users.find(session.user_id)
                return (room.sessions.copy(session), room.users.copy(user)) if user else None
        return None

    async def api_key_by_hash(self, key_hash: bytes) -> ApiKey | None:
        """The key, valid or not."""
        for room in self._store.rooms:
            for _, key in room.api_keys.among("hash", key_hash):
                return room.api_keys.copy(key)
        return None

    async def ping(self) -> None:
        """Memory is always there."""
