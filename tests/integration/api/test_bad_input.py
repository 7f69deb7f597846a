"""Input that is no JSON, no number, or not asked for."""

import pytest

from .conftest import Api, Caller

WRITING = ["/leads", "/memberships", "/provider-accounts", "/users", "/api-keys", "/sync/all", "/auth/login"]


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize("body", [b"{", b"\xff", b"{'a': 1}", b"nope"])
async def test_what_is_no_json_is_malformed(api: Api, admin: Caller, path: str, body: bytes) -> None:
    answer = await api.client.post(f"/api/v1{path}", content=body, headers=admin.headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed_request"


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize("body", [[], "text", 1, {"unknown": 1}])
async def test_json_of_another_shape_is_invalid(admin: Caller, path: str, body: object) -> None:
    answer = await admin.post(path, body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize("path", [p for p in WRITING if p != "/sync/all"])
async def test_a_missing_body_is_invalid(admin: Caller, path: str) -> None:
    answer = await admin.post(path)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "", "code": "missing_body", "message": "this route needs a JSON body"}]


@pytest.mark.parametrize("path", ["/members", "/leads", "/users", "/staff-tasks"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "many"),
        ("offset", "-1"),
        ("offset", "99999999999999999999"),
        ("order", "up"),
        ("orderBy", "password_hash"),
        ("status", "gone"),
        ("q", "a\x00b"),
        ("q", "q" * 201),
        ("page", "2"),
    ],
)
async def test_a_list_is_asked_properly_or_not_at_all(admin: Caller, path: str, name: str, value: str) -> None:
    answer = await admin.get(path, **{name: value})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [name]


async def test_a_parameter_given_twice_is_refused(api: Api, admin: Caller) -> None:
    answer = await api.client.get("/api/v1/members?limit=1&limit=2", headers=admin.headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/members/1", "/members/../admin", "/leads/%00", "/leads/' or 1=1"])
async def test_an_id_that_is_none_is_not_found(admin: Caller, path: str) -> None:
    assert (await admin.get(path)).status_code == 404


async def test_nesting_without_end_does_no_harm(api: Api, admin: Caller) -> None:
    deep = b'{"settings": ' + b'{"a":' * 100_000
    answer = await api.client.post("/api/v1/provider-accounts", content=deep, headers=admin.headers)
    assert answer.status_code in {400, 422}
