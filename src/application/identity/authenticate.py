"""A credential becomes a principal."""

from contextlib import suppress
from uuid import UUID

import attrs

from ...domain.identity.principal import Principal
from ...domain.identity.role import Role, Scope
from ...domain.shared.errors import NotAllowed, NotAuthenticated, NotFound
from ...domain.shared.ids import TenantId
from ...domain.tenancy.tenant import Tenant
from ..ports.clock import Clock
from ..ports.directory import Directory
from ..ports.secrets import TokenSource


@attrs.frozen
class Authenticate:
    """Bearer tokens and API keys. Raises NotAuthenticated, always with the same words for what is not valid."""

    _directory: Directory
    _tokens: TokenSource
    _clock: Clock

    async def bearer(self, access_token: str, *, tenant: str | None = None) -> Principal:
        """The user of a login. An operator may name another tenant by slug or id."""
        found = await self._directory.session_by_hash(self._tokens.hashed(access_token))
        if found is None:
            raise _refused()
        session, user = found
        if not session.is_valid(self._clock.now()) or not user.active:
            raise _refused()
        principal = Principal(
            tenant_id=user.tenant_id, role=user.role, scopes=user.scopes, user_id=user.id, name=user.email.raw
        )
        return principal if tenant is None else await self._in_tenant(principal, tenant)

    async def api_key(self, key: str, *, tenant: str | None = None) -> Principal:
        """The holder of a key: no role beyond its scopes, and never another tenant."""
        found = await self._directory.api_key_by_hash(self._tokens.hashed(key))
        if found is None or not found.is_valid(self._clock.now()):
            raise _refused()
        principal = Principal(
            tenant_id=found.tenant_id,
            role=Role.VIEWER,
            scopes=found.scopes - {Scope.INSTALLATION},
            api_key_id=found.id,
            name=found.name,
        )
        return principal if tenant is None else await self._in_tenant(principal, tenant)

    async def _in_tenant(self, principal: Principal, tenant: str) -> Principal:
        target = await self._named(tenant)
        if target is not None and target.id == principal.tenant_id:
            return principal
        if target is None or Scope.INSTALLATION not in principal.scopes:
            raise NotAllowed("only an operator may name another tenant that exists")
        return attrs.evolve(principal, tenant_id=target.id)

    async def _named(self, tenant: str) -> Tenant | None:
        for name in (_as_id(tenant), tenant):
            if name is not None:
                with suppress(NotFound):
                    return await self._directory.tenant(name)
        return None


def _as_id(text: str) -> TenantId | None:
    try:
        return TenantId(UUID(text))
    except ValueError:
        return None


def _refused() -> NotAuthenticated:
    return NotAuthenticated("the token or key is unknown, expired or revoked")
