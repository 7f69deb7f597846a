"""Somebody who can log in."""

from datetime import datetime

import attrs

from ..shared.contact import EmailAddress
from ..shared.errors import InvalidValue
from ..shared.ids import TenantId, UserId
from .role import SCOPES_OF, Role, Scope

PASSWORD_MIN, PASSWORD_MAX = 10, 1_000


def check_password(password: str) -> None:
    """Raises InvalidValue unless it has 10 to 1,000 characters (length beats rules: NIST SP 800-63B §5.1.1)."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise InvalidValue(f"a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters", field="password")


@attrs.define(eq=False, kw_only=True)
class User:
    """A person of one tenant. ``email`` is unique in the installation, compared in canonical form."""

    id: UserId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    email: EmailAddress
    name: str
    role: Role
    password_hash: str = attrs.field(repr=False)
    active: bool = True
    created_at: datetime
    last_login_at: datetime | None = None

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the role allows."""
        return SCOPES_OF[self.role]
