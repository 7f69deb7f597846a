"""Users, sessions, API keys."""

from collections.abc import Collection

from sqlalchemy import select

from ....application.ports.repositories import ApiKeys, Sessions, Users
from ....domain.identity.credentials import ApiKey, Session
from ....domain.identity.user import User
from ....domain.shared.ids import ApiKeyId, SessionId, UserId
from ..mappers import identity
from ..tables import API_KEY, SESSION, USER
from .entities import Shape, SqlEntities

USERS = Shape("user", USER, identity.user_row, identity.user)
SESSIONS = Shape("session", SESSION, identity.session_row, identity.session)
API_KEYS = Shape("API key", API_KEY, identity.api_key_row, identity.api_key)


class SqlUsers(SqlEntities[User, UserId], Users):
    """The table ``app_user``."""

    async def taken(self, canonical_emails: Collection[str]) -> Collection[str]:
        """Looks at all tenants: an e-mail address is unique in the installation."""
        statement = self._transaction.among(select(USER.c.email_key), USER.c.email_key, canonical_emails)
        return {email for (email,) in await self._transaction.fetch_raw(statement)}


class SqlSessions(SqlEntities[Session, SessionId], Sessions):
    """The table ``session``."""


class SqlApiKeys(SqlEntities[ApiKey, ApiKeyId], ApiKeys):
    """The table ``api_key``."""
