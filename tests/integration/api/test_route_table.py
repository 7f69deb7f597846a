"""Every route is public by list, or refuses whoever may not call it."""

import re
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from tests.world import SOUTH

from tresen.domain.identity.role import Scope
from tresen.entrypoints.api.access import PUBLIC_ROUTES, SESSION_COOKIE, Access, access_of

from .conftest import Api

_SOME_ID = "019cae6b-6600-7000-8000-0000000000ff"
_UNAUTHORIZED, _FORBIDDEN = 401, 403


def routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS"}:
                yield method, route.path_format, handler


def closed(app: Litestar) -> list[tuple[str, str, Access]]:
    found = []
    for method, path, handler in routes(app):
        if (method, path) not in PUBLIC_ROUTES:
            access = access_of(handler)
            assert access is not None, f"{method} {path} names no scopes and is not on the public list"
            found.append((method, path, access))
    return found


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", _SOME_ID, path.replace("{kind}", "members"))


def test_the_public_list_names_only_routes_that_exist(api: Api) -> None:
    existing = {(method, path) for method, path, _ in routes(api.client.app)}
    assert existing >= PUBLIC_ROUTES


async def test_every_other_route_refuses_an_anonymous_caller(api: Api) -> None:
    for method, path, _ in closed(api.client.app):
        answer = await api.client.request(method, filled(path))
        assert answer.status_code == _UNAUTHORIZED, f"{method} {path}"


async def test_every_route_refuses_a_caller_who_names_another_tenant(api: Api) -> None:
    for method, path, access in closed(api.client.app):
        if access.by_cookie:
            continue
        token = api.world.token("owner")
        headers = {"Authorization": f"Bearer {token}", "X-Tenant": SOUTH}
        answer = await api.client.request(method, filled(path), headers=headers)
        assert answer.status_code == _FORBIDDEN, f"{method} {path}"


async def test_every_route_refuses_a_key_that_has_every_scope_but_one_that_it_needs(api: Api) -> None:
    tried = 0
    for method, path, access in closed(api.client.app):
        for scope in access.scopes:
            if access.by_cookie:
                continue
            key = await api.world.key(*(set(Scope) - {scope, Scope.INSTALLATION}))
            answer = await api.client.request(method, filled(path), headers={"X-API-Key": key})
            assert answer.status_code == _FORBIDDEN, f"{method} {path}"
            assert answer.json()["details"]["scope"] == scope.value
            tried += 1
    assert tried > 20


async def test_the_pages_own_routes_want_their_cookie_and_nothing_else(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.world.token('admin')}"}
    cookie_routes = [(m, p) for m, p, access in closed(api.client.app) if access.by_cookie]
    assert cookie_routes
    for method, path in cookie_routes:
        assert (await api.client.request(method, filled(path), headers=headers)).status_code == _UNAUTHORIZED
    api.client.cookies.set(SESSION_COOKIE, api.world.token("viewer"))
    assert (await api.client.post("/sync", data={"force": "yes"})).status_code == _FORBIDDEN


async def test_the_api_does_not_take_the_pages_cookie(api: Api) -> None:
    api.client.cookies.set(SESSION_COOKIE, api.world.token("admin"))
    assert (await api.client.get("/api/v1/members")).status_code == _UNAUTHORIZED


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC_ROUTES))
async def test_public_routes_ask_nobody_who_they_are(api: Api, method: str, path: str) -> None:
    answer = await api.client.request(method, path.replace("{name}", "page.css"))
    assert answer.status_code not in {_UNAUTHORIZED, _FORBIDDEN}


async def test_query_parameters_that_a_route_takes_are_those_that_its_description_lists(api: Api) -> None:
    described = (await api.client.get("/schema")).json()["paths"]
    for method, path, access in closed(api.client.app):
        if access.by_cookie:
            continue
        parameters = described[path][method.lower()].get("parameters", [])
        assert {p["name"] for p in parameters if p["in"] == "query"} == access.query, f"{method} {path}"
