"""The installation's own lists: the only place that is not within one tenant."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from ...domain.identity.credentials import ApiKey, Session
from ...domain.identity.user import User
from ...domain.shared.ids import TenantId
from ...domain.tenancy.tenant import Tenant


class Directory(Protocol):
    """Tenants, and who belongs to which: what must be known before a tenant is."""

    @abstractmethod
    async def add_tenant(self, tenant: Tenant) -> None:
        """Put a new one in. Raises AlreadyExists when the id or slug is taken."""

    @abstractmethod
    async def tenants(self) -> Sequence[Tenant]:
        """Every tenant, by slug."""

    @abstractmethod
    async def tenant(self, id_or_slug: TenantId | str) -> Tenant:
        """One tenant by id or slug. Raises NotFound."""

    @abstractmethod
    async def user_by_email(self, canonical: str) -> User | None:
        """The user with that canonical e-mail address."""

    @abstractmethod
    async def session_by_hash(self, token_hash: bytes) -> tuple[Session, User] | None:
        """The login with that token, and its user."""

    @abstractmethod
    async def api_key_by_hash(self, key_hash: bytes) -> ApiKey | None:
        """The key."""

    @abstractmethod
    async def ping(self) -> None:
        """Ask the store something trivial. Raises StorageUnavailable, also when the schema is not current."""
