"""Who may call which route. Every route is on the public list or names its scopes; any other is refused."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ...domain.identity.principal import Principal
from ...domain.identity.role import Scope
from ...domain.shared.errors import NotAllowed, NotAuthenticated
from ..use_cases import UseCases
from .errors import FieldProblem, InvalidRequest
from .settings import ApiSettings

# Method and path of every route that needs no credentials. The page's own routes look at its cookie themselves.
PUBLIC_ROUTES = frozenset(
    {
        ("GET", "/health"),
        ("GET", "/health/ready"),
        ("GET", "/metrics"),
        ("GET", "/schema"),
        ("GET", "/schema/openapi.json"),
        ("GET", "/schema/{path}"),
        ("POST", "/api/v1/auth/login"),
        ("GET", "/"),
        ("POST", "/login"),
        ("GET", "/static/{name}"),
        ("GET", "/favicon.ico"),
        ("GET", "/docs"),
    }
)
SESSION_COOKIE = "tresen_session"
SECURE_SESSION_COOKIE = "__Host-tresen_session"
_WINDOW = timedelta(minutes=1)
_ACCESS = "access"
_MAX_CREDENTIAL = 512
_COUNTS = frozenset({"limit", "offset"})
_WHOLE = re.compile(r"-?[0-9]+")

Connection = ASGIConnection[Any, Any, Any, Any]


@attrs.frozen(kw_only=True)
class Access:
    """What a route asks of its caller: every one of the scopes (none: only to be known), no other query parameters.

    ``by_cookie``: a route of the page; its credentials are the session cookie, never a header.
    """

    scopes: tuple[Scope, ...]
    query: frozenset[str] = frozenset()
    by_cookie: bool = False


def needs(*scopes: Scope, query: frozenset[str] = frozenset(), by_cookie: bool = False) -> Mapping[str, Access]:
    """The ``opt`` of a route."""
    return {_ACCESS: Access(scopes=scopes, query=query, by_cookie=by_cookie)}


def access_of(handler: BaseRouteHandler) -> Access | None:
    """What the route asks for, None when it is public (or refused for everybody)."""
    access = handler.opt.get(_ACCESS)
    return access if isinstance(access, Access) else None


@attrs.frozen
class Guard:
    """Runs before every route. Raises NotAuthenticated, NotAllowed, TooManyRequests, InvalidRequest (query).

    Afterwards the principal is in ``scope["user"]``.
    """

    _uses: UseCases
    _settings: ApiSettings

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let pass or raise."""
        method, path = connection.scope.get("method"), connection.scope["path_template"]
        if method == "OPTIONS":
            return
        access = access_of(handler)
        if (method, path) not in PUBLIC_ROUTES:
            if access is None:
                raise NotAllowed("this route is closed")
            await self._admit(connection, access)
        if path.startswith(("/api/", "/admin/")):
            _ensure_query(connection, access.query if access else frozenset())

    async def _admit(self, connection: Connection, access: Access) -> None:
        principal = await (by_cookie if access.by_cookie else by_header)(connection, self._uses)
        self._uses.limiter.hit(f"api:{principal.key}", limit=self._settings.principal_limit, window=_WINDOW)
        connection.scope["user"] = principal
        for scope in access.scopes:
            principal.ensure(scope)


async def by_header(connection: Connection, uses: UseCases) -> Principal:
    """Who asks, by bearer token or API key. Raises NotAuthenticated, NotAllowed (``X-Tenant``)."""
    headers = connection.headers
    tenant = headers.get("x-tenant")
    authorization = headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotAuthenticated("send Authorization: Bearer <token>, or X-API-Key")
        return await uses.authenticate.bearer(_sane(token.strip()), tenant=tenant)
    key = headers.get("x-api-key")
    if key is not None:
        return await uses.authenticate.api_key(_sane(key.strip()), tenant=tenant)
    raise NotAuthenticated("No token provided")


async def by_cookie(connection: Connection, uses: UseCases) -> Principal:
    """Who asks, by the page's session cookie. Raises NotAuthenticated."""
    token = session_token(connection)
    if token is None:
        raise NotAuthenticated("No token provided")
    return await uses.authenticate.bearer(_sane(token))


def session_token(connection: Connection) -> str | None:
    """What the page's cookie holds."""
    return connection.cookies.get(SECURE_SESSION_COOKIE) or connection.cookies.get(SESSION_COOKIE)


def _sane(credential: str) -> str:
    if len(credential) > _MAX_CREDENTIAL or not credential.isascii():
        raise NotAuthenticated("the token or key is unknown, expired or revoked")
    return credential


def _ensure_query(connection: Connection, allowed: frozenset[str]) -> None:
    names = connection.query_params.keys() if connection.scope["query_string"] else ()
    unknown = sorted({name for name in names if name not in allowed})
    if unknown:
        known = ", ".join(sorted(allowed)) or "none"
        raise InvalidRequest(
            [
                FieldProblem(
                    field=name, code="unknown_parameter", message=f"no query parameter {name!r}; known: {known}"
                )
                for name in unknown
            ]
        )
    twice = sorted({name for name in names if len(connection.query_params.getall(name)) > 1})
    if twice:
        raise InvalidRequest([FieldProblem(field=n, code="repeated", message=f"{n} is given twice") for n in twice])
    odd = [n for n in sorted(_COUNTS & set(names)) if _is_another_number(connection.query_params[n])]
    if odd:
        raise InvalidRequest(
            [FieldProblem(field=n, code="invalid_value", message=f"{n} must be a whole number") for n in odd]
        )


def _is_another_number(text: str) -> bool:
    """Whether it is one but not written as a whole one: the framework reads ``1e3`` as a thousand."""
    if _WHOLE.fullmatch(text):
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True
