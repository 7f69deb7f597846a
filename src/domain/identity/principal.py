"""Who is asking in this call."""

import attrs

from ..shared.errors import NotAllowed
from ..shared.ids import ApiKeyId, TenantId, UserId
from .role import Role, Scope


@attrs.frozen(kw_only=True)
class Principal:
    """A user or an API key, with the tenant it acts in, its role and its scopes in this call."""

    tenant_id: TenantId
    role: Role
    scopes: frozenset[Scope]
    user_id: UserId | None = None
    api_key_id: ApiKeyId | None = None
    name: str

    @property
    def key(self) -> str:
        """A stable text for limits and audit: ``user:<id>`` or ``key:<id>``."""
        return f"key:{self.api_key_id}" if self.api_key_id else f"user:{self.user_id}"

    def ensure(self, scope: Scope) -> None:
        """Raises NotAllowed without that scope."""
        if scope not in self.scopes:
            raise NotAllowed(f"this needs the scope {scope.value}", scope=scope.value)
