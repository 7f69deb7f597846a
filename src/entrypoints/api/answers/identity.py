"""Logins, users, API keys, the audit log."""

from datetime import datetime
from uuid import UUID

from ....application.ports.readers import AuditEntry
from ....domain.identity.credentials import ApiKey
from ....domain.identity.user import User
from .values import Answer


class LoggedInAnswer(Answer, rename="camel"):
    """O56's key as the seed spells it. The token is shown this once."""

    access_token: str
    expires_at: datetime


class UserAnswer(Answer):
    """A user without the password."""

    id: UUID
    email: str
    name: str
    role: str
    active: bool
    created_at: datetime
    last_login_at: datetime | None


class UsersAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    users: list[UserAnswer]
    count: int


class OneUserAnswer(Answer):
    """One user."""

    user: UserAnswer


class ApiKeyAnswer(Answer):
    """A key without its text; ``hint`` is its visible beginning."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeysAnswer(Answer):
    """Every key, revoked ones too, newest first."""

    api_keys: list[ApiKeyAnswer]
    count: int


class OneApiKeyAnswer(Answer):
    """One key."""

    api_key: ApiKeyAnswer


class CreatedApiKeyAnswer(Answer):
    """The key, and its text, shown this once."""

    api_key: ApiKeyAnswer
    key: str


class AuditEntryAnswer(Answer):
    """One request that changed something, or tried to."""

    at: datetime
    principal: str
    name: str
    action: str
    status: int
    correlation_id: str
    address: str | None


class AuditAnswer(Answer):
    """A window of the lines, newest first; ``has_more``: there are older ones. Nobody counts them all."""

    audit: list[AuditEntryAnswer]
    has_more: bool


def user(entity: User) -> UserAnswer:
    """A user from its entity."""
    return UserAnswer(
        id=entity.id,
        email=str(entity.email),
        name=entity.name,
        role=entity.role.value,
        active=entity.active,
        created_at=entity.created_at,
        last_login_at=entity.last_login_at,
    )


def api_key(entity: ApiKey) -> ApiKeyAnswer:
    """A key from its entity."""
    return ApiKeyAnswer(
        id=entity.id,
        name=entity.name,
        hint=entity.hint,
        scopes=sorted(scope.value for scope in entity.scopes),
        created_at=entity.created_at,
        expires_at=entity.expires_at,
        revoked_at=entity.revoked_at,
    )


def audit_entry(entry: AuditEntry) -> AuditEntryAnswer:
    """A line of the audit log."""
    return AuditEntryAnswer(
        at=entry.at,
        principal=entry.principal,
        name=entry.name,
        action=entry.action,
        status=entry.status,
        correlation_id=entry.correlation_id,
        address=entry.address,
    )
