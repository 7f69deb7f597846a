"""The API's reference page, made from the route table. Write it anew: ``python -m tests.integration.api.reference``."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from tests.world import build_world

from tresen.domain.shared.page import MAX_LIMIT
from tresen.entrypoints.api.access import PUBLIC_ROUTES, access_of
from tresen.entrypoints.api.app import ApiSettings, create_api
from tresen.entrypoints.api.errors import STATUS_OF

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "api.md"

_HEAD = f"""# HTTP API

Made from the route table; a test fails when this page and the routes differ.
The machine-readable description (OpenAPI) is at `/schema`.

## Asking

- **Who you are.** `POST /api/v1/auth/login` with `{{"email", "password"}}` gives `{{"accessToken", "expiresAt"}}`;
  send `Authorization: Bearer <accessToken>` for 12 hours. Programs send `X-API-Key: <key>`.
- **For which tenant.** Users and keys belong to one tenant. Only operators may name another one, by slug or id, in
  `X-Tenant`. Records of another tenant do not exist: 404.
- **Bodies** are JSON of at most 1 MiB. Keys that a route does not know are refused. In a `PATCH`, an absent key
  leaves the value and `null` clears it.
- **Lists** take `status`, `q` (words found in any order), `limit` (1 to {MAX_LIMIT}, default 50), `offset`, `orderBy`
  and `order` (`asc`, `desc`), and answer `{{"<name>": [...], "count": n}}`; `count` is everything that the filter
  matches.
- **Values.** Instants are RFC 3339 with an offset, dates are civil dates of the tenant, money is
  `{{"amount": "12.50", "currency": "EUR"}}`.
- **What a machine may not do.** A write that the provider account does not allow, or whose outcome is unknown, becomes
  a staff task: 202 with `{{"task": {{...}}}}`.
- **Following a request.** `X-Correlation-ID` (up to 64 of `A-Z a-z 0-9 . _ -`) is taken over, else made; every answer,
  log line and audit line carries it.
- **Limits.** {ApiSettings().principal_limit} requests a minute per user or key, {ApiSettings().address_limit} per
  network address (IPv6: per /64). Logins: 5 failures per user and address, 50 per address, in 15 minutes. Beyond: 429
  with `Retry-After`.

## Errors

Problem documents (RFC 9457, `application/problem+json`) with `type`, `title`, `status`, `detail`, `code`, `instance`,
`correlation_id`; `error` and `message` repeat title and detail. Invalid values come as
`errors: [{{"field", "code", "message"}}]`, explaining values as `details`. `code` is stable, texts are not.
Malformed JSON is 400, an unknown route 404, a wrong method 405, a too large body 413.
"""


def routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Path, method and handler of every route that is ours."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                if not route.path_format.startswith("/schema"):
                    yield route.path_format, method, handler


def page(app: Litestar) -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_errors(), "", "## Routes", "", *_table(app), ""])


def _errors() -> Iterator[str]:
    yield "| error | code | status |"
    yield "|---|---|---|"
    for error, status in STATUS_OF.items():
        yield f"| {error.__name__} | `{getattr(error, 'code', '')}` | {status} |"


def _table(app: Litestar) -> Iterator[str]:
    yield "| method | path | scope | purpose |"
    yield "|---|---|---|---|"
    for path, method, handler in sorted(routes(app), key=lambda r: (not r[0].startswith("/api"), r[0], r[1])):
        yield f"| {method} | `{path}` | {_scope(method, path, handler)} | {handler.summary} |"


def _scope(method: str, path: str, handler: HTTPRouteHandler) -> str:
    access = access_of(handler)
    if (method, path) in PUBLIC_ROUTES or access is None:
        return "public"
    scopes = ", ".join(f"`{scope.value}`" for scope in access.scopes) or "any login"
    return f"{scopes} (page's cookie)" if access.by_cookie else scopes


async def current() -> str:
    """The page for the routes as they are now."""
    world = await build_world()
    return page(create_api(world.use_cases))


if __name__ == "__main__":
    PAGE.write_text(asyncio.run(current()), encoding="utf-8")
