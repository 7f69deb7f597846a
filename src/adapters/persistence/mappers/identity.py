"""Users, sessions, API keys."""

from ....application.search import search_text
from ....domain.identity.credentials import ApiKey, Session
from ....domain.identity.role import Role, Scope
from ....domain.identity.user import User
from ....domain.shared.contact import EmailAddress
from .values import Row, to_json, words


def user_row(u: User) -> Row:
    """To write."""
    return (
        u.tenant_id,
        u.id,
        u.email.raw,
        u.name,
        u.role.value,
        u.password_hash,
        u.active,
        u.created_at,
        u.last_login_at,
        u.email.canonical,
        u.name.casefold(),
        search_text(u.name, u.email.raw),
    )


def user(row: Row) -> User:
    """As read."""
    return User(
        tenant_id=row[0],
        id=row[1],
        email=EmailAddress(row[2]),
        name=row[3],
        role=Role(row[4]),
        password_hash=row[5],
        active=row[6],
        created_at=row[7],
        last_login_at=row[8],
    )


def session_row(s: Session) -> Row:
    """To write."""
    return (s.tenant_id, s.id, s.user_id, s.token_hash, s.created_at, s.expires_at, s.revoked_at)


def session(row: Row) -> Session:
    """As read."""
    return Session(
        tenant_id=row[0],
        id=row[1],
        user_id=row[2],
        token_hash=row[3],
        created_at=row[4],
        expires_at=row[5],
        revoked_at=row[6],
    )


def api_key_row(k: ApiKey) -> Row:
    """To write."""
    scopes = to_json(sorted(scope.value for scope in k.scopes))
    return (k.tenant_id, k.id, k.name, k.hint, k.key_hash, scopes, k.created_at, k.expires_at, k.revoked_at)


def api_key(row: Row) -> ApiKey:
    """As read."""
    return ApiKey(
        tenant_id=row[0],
        id=row[1],
        name=row[2],
        hint=row[3],
        key_hash=row[4],
        scopes=frozenset(Scope(word) for word in words(row[5])),
        created_at=row[6],
        expires_at=row[7],
        revoked_at=row[8],
    )
