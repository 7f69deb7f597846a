"""Who is let in, as whom, and how often."""

from datetime import timedelta

import pytest
from tests.world import NORTH, PASSWORD, SOUTH

from tresen.domain.identity.role import Scope

from .conftest import Api

LOGIN = "/api/v1/auth/login"


async def test_a_login_gives_a_token_that_works_until_it_expires(api: Api) -> None:
    answer = await api.client.post(LOGIN, json={"email": "Admin@North.example", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["expiresAt"] == "2026-03-03T00:00:00Z"
    headers = {"Authorization": f"Bearer {answer.json()['accessToken']}"}
    assert (await api.client.get("/api/v1/members", headers=headers)).status_code == 200
    api.world.clock.advance(timedelta(hours=12))
    assert (await api.client.get("/api/v1/members", headers=headers)).status_code == 401


async def test_a_logout_ends_the_token(api: Api) -> None:
    admin = api.as_("admin")
    assert (await admin.post("/auth/logout")).status_code == 204
    assert (await admin.get("/members")).status_code == 401


async def test_without_a_token_the_seeds_answer_is_given(api: Api) -> None:
    """O51."""
    answer = await api.client.get("/api/v1/members")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    body = answer.json()
    assert {"error": "Unauthorized", "message": "No token provided"}.items() <= body.items()
    assert body["status"] == 401
    assert body["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer " + "x" * 2000},
        {"X-API-Key": "nonsense"},
        {"X-API-Key": ""},
    ],
)
async def test_a_credential_that_nobody_issued_is_refused(api: Api, headers: dict[str, str]) -> None:
    assert (await api.client.get("/api/v1/members", headers=headers)).status_code == 401


async def test_a_key_opens_what_its_scopes_say_and_no_more(api: Api) -> None:
    program = api.with_key(await api.world.key(Scope.MEMBERS_READ))
    assert (await program.get("/members")).status_code == 200
    assert (await program.get("/leads")).status_code == 403


async def test_a_key_never_serves_another_tenant(api: Api) -> None:
    key = await api.world.key(*(set(Scope) - {Scope.INSTALLATION}))
    assert (await api.with_key(key, **{"X-Tenant": NORTH}).get("/members")).status_code == 200
    assert (await api.with_key(key, **{"X-Tenant": SOUTH}).get("/members")).status_code == 403


async def test_unknown_and_known_users_get_the_same_words(api: Api) -> None:
    known = await api.client.post(LOGIN, json={"email": "admin@north.example", "password": "wrong"})
    unknown = await api.client.post(LOGIN, json={"email": "nobody@north.example", "password": "wrong"})
    assert known.status_code == unknown.status_code == 401
    assert known.json()["message"] == unknown.json()["message"]


async def test_five_failures_close_the_login_for_a_while(api: Api) -> None:
    wrong, right = ({"email": "admin@north.example", "password": p} for p in ("wrong", PASSWORD))
    for _ in range(5):
        assert (await api.client.post(LOGIN, json=wrong)).status_code == 401
    closed = await api.client.post(LOGIN, json=right)
    assert closed.status_code == 429
    assert int(closed.headers["retry-after"]) == 15 * 60
    api.world.clock.advance(timedelta(minutes=15))
    assert (await api.client.post(LOGIN, json=right)).status_code == 200


async def test_an_operator_names_the_tenant_and_sees_only_it(api: Api) -> None:
    own = await api.as_("operator", SOUTH).get("/members")
    other = await api.as_("operator", SOUTH, **{"X-Tenant": NORTH}).get("/members")
    assert own.json()["count"] == 0
    assert other.json()["count"] == 2


async def test_nobody_learns_which_tenants_exist(api: Api) -> None:
    existing = await api.as_("owner", **{"X-Tenant": SOUTH}).get("/members")
    missing = await api.as_("owner", **{"X-Tenant": "nowhere"}).get("/members")
    assert existing.status_code == missing.status_code == 403
    assert existing.json()["message"] == missing.json()["message"]
