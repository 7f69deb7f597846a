"""Users, API keys, the audit log; for operators the tenants."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from ....application.identity.create_api_key import NewApiKey
from ....application.identity.create_user import NewUser
from ....application.ports.readers import USER_ORDER
from ....domain.identity.role import Role, Scope
from ....domain.shared.ids import ApiKeyId
from ....domain.shared.page import Listing
from ..access import needs
from ..answers.identity import (
    ApiKeysAnswer,
    AuditAnswer,
    CreatedApiKeyAnswer,
    OneApiKeyAnswer,
    OneUserAnswer,
    UsersAnswer,
    api_key,
    audit_entry,
    user,
)
from ..bodies import Body, Secret, Text
from ..dependencies import Asking, Uses
from ..listing import LISTING, WINDOW, Limit, Offset, listing_of

_USERS = {"listing": listing_of(USER_ORDER, ("active", "inactive"))}


class NewUserBody(Body):
    """The password has at least 10 characters; nobody gives a role above their own."""

    email: Text
    name: Text
    role: Role
    password: Secret


class NewApiKeyBody(Body):
    """Nobody gives scopes that they do not have. ``expires_at`` needs an offset."""

    name: Text
    scopes: frozenset[Scope]
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


@get("/users", summary="List users", opt=needs(Scope.USERS_READ, query=LISTING), dependencies=_USERS)
async def list_users(asking: Asking, uses: Uses, listing: NamedDependency[SkipValidation[Listing]]) -> UsersAnswer:
    """``status``: active or inactive; ``orderBy``: email, name or created_at."""
    page = await uses.readers.users(asking.tenant_id, listing)
    return UsersAnswer(users=[user(one) for one in page.items], count=page.count)


@post("/users", summary="Create a user", opt=needs(Scope.USERS_WRITE))
async def create_user(data: JSONBody[NewUserBody], asking: Asking, uses: Uses) -> OneUserAnswer:
    """E-mail addresses are unique in the installation."""
    new = NewUser(
        tenant_id=asking.tenant_id,
        email=data.email,
        name=data.name,
        role=data.role,
        password=data.password,
        granted_by=asking.role,
    )
    return OneUserAnswer(user=user(await uses.create_user(new)))


@get("/api-keys", summary="List API keys", opt=needs(Scope.KEYS_READ))
async def list_api_keys(asking: Asking, uses: Uses) -> ApiKeysAnswer:
    """Revoked ones too, newest first."""
    keys = await uses.readers.api_keys(asking.tenant_id)
    return ApiKeysAnswer(api_keys=[api_key(one) for one in keys], count=len(keys))


@post("/api-keys", summary="Create an API key", opt=needs(Scope.KEYS_WRITE))
async def create_api_key(data: JSONBody[NewApiKeyBody], asking: Asking, uses: Uses) -> CreatedApiKeyAnswer:
    """Its text is in this answer and never again."""
    created = await uses.create_api_key(
        NewApiKey(
            tenant_id=asking.tenant_id,
            name=data.name,
            scopes=data.scopes,
            expires_at=data.expires_at,
            granted_by=asking.scopes,
        )
    )
    return CreatedApiKeyAnswer(api_key=api_key(created.key), key=created.text)


@delete("/api-keys/{key_id:uuid}", summary="Revoke an API key", status_code=200, opt=needs(Scope.KEYS_WRITE))
async def revoke_api_key(key_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneApiKeyAnswer:
    """It stays listed. Revoking twice keeps the first time."""
    return OneApiKeyAnswer(api_key=api_key(await uses.revoke_api_key(asking.tenant_id, ApiKeyId(key_id))))


@get(
    "/audit",
    summary="Who changed what",
    opt=needs(Scope.USERS_READ, query=WINDOW),
)
async def list_audit(asking: Asking, uses: Uses, limit: Limit = 50, offset: Offset = 0) -> AuditAnswer:
    """Requests that changed something or tried to, newest first."""
    entries = await uses.audit.latest(asking.tenant_id, limit=limit + 1, offset=offset)
    return AuditAnswer(audit=[audit_entry(one) for one in entries[:limit]], has_more=len(entries) > limit)


identity = Router(
    "",
    route_handlers=[list_users, create_user, list_api_keys, create_api_key, revoke_api_key, list_audit],
    tags=["identity"],
)
