"""What a caller shows to be known: session tokens and API keys. Only their hashes are kept."""

from datetime import datetime

import attrs

from ..shared.ids import ApiKeyId, SessionId, TenantId, UserId
from .role import Scope


@attrs.define(eq=False, kw_only=True)
class Session:
    """A login. ``token_hash`` is SHA-256 of the bearer token, which is 256 random bits."""

    id: SessionId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    user_id: UserId = attrs.field(on_setattr=attrs.setters.frozen)
    token_hash: bytes = attrs.field(repr=False)
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Neither revoked nor past its end."""
        return self.revoked_at is None and now < self.expires_at


@attrs.define(eq=False, kw_only=True)
class ApiKey:
    """A key for programs, within one tenant. ``hint`` is the visible beginning, enough to tell keys apart."""

    id: ApiKeyId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    name: str
    hint: str
    key_hash: bytes = attrs.field(repr=False)
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Neither revoked nor past its end."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
