"""The installation's lists."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select

from ...application.ports.directory import Directory
from ...domain.identity.credentials import ApiKey, Session
from ...domain.identity.user import User
from ...domain.shared.errors import AlreadyExists, NotFound
from ...domain.shared.ids import TenantId
from ...domain.tenancy.tenant import Tenant
from .connection import Database
from .mappers import identity, tenancy
from .mappers.values import Row
from .revision import current_revision, require_current
from .tables import API_KEY, SESSION, TENANT, USER, entity_columns
from .unit_of_work import tenant_with

TENANTS = select(TENANT).order_by(TENANT.c.slug)
TENANT_BY_SLUG = select(TENANT).where(TENANT.c.slug == bindparam("slug"))
USER_BY_EMAIL = select(*entity_columns(USER)).where(USER.c.email_key == bindparam("email"))
_session_columns = entity_columns(SESSION)
SESSION_BY_HASH = (
    select(*_session_columns, *entity_columns(USER))
    .join_from(SESSION, USER, (USER.c.tenant_id == SESSION.c.tenant_id) & (USER.c.id == SESSION.c.user_id))
    .where(SESSION.c.token_hash == bindparam("hash"))
)
API_KEY_BY_HASH = select(*entity_columns(API_KEY)).where(API_KEY.c.key_hash == bindparam("hash"))


class SqlDirectory(Directory):
    """Reads are their own; adding is its own transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_tenant(self, tenant: Tenant) -> None:
        """Put a new one in; it is there at once."""
        async with self._database.writing() as transaction:
            if not await transaction.insert(TENANT, (tenancy.tenant_row(tenant),), 1):
                raise AlreadyExists(f"there is a tenant {tenant.slug} already", slug=tenant.slug)
            await transaction.commit()

    async def tenants(self) -> Sequence[Tenant]:
        """By slug."""
        return [tenancy.tenant(tuple(row)) for row in await self._rows(TENANTS)]

    async def tenant(self, id_or_slug: TenantId | str) -> Tenant:
        """A text is a slug."""
        if not isinstance(id_or_slug, str):
            async with self._database.reading() as connection:
                return await tenant_with(connection, id_or_slug)
        rows = await self._rows(TENANT_BY_SLUG, slug=id_or_slug)
        if not rows:
            raise NotFound("tenant", id_or_slug)
        return tenancy.tenant(tuple(rows[0]))

    async def user_by_email(self, canonical: str) -> User | None:
        """The user, active or not."""
        rows = await self._rows(USER_BY_EMAIL, email=canonical)
        return identity.user(rows[0]) if rows else None

    async def session_by_hash(self, token_hash: bytes) -> tuple[Session, User] | None:
        """The login, valid or not."""
        rows = await self._rows(SESSION_BY_HASH, hash=token_hash)
        if not rows:
            return None
        width = len(_session_columns)
        return identity.session(rows[0][:width]), identity.user(rows[0][width:])

    async def api_key_by_hash(self, key_hash: bytes) -> ApiKey | None:
        """The key, valid or not."""
        rows = await self._rows(API_KEY_BY_HASH, hash=key_hash)
        return identity.api_key(rows[0]) if rows else None

    async def ping(self) -> None:
        """Read the schema's revision."""
        async with self._database.reading() as connection:
            require_current(await current_revision(connection), self._database.name)

    async def _rows(self, statement: Select[Any], **parameters: object) -> Sequence[Row]:
        async with self._database.reading() as connection:
            return await connection.fetch(statement, parameters)
