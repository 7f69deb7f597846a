"""Input that is no JSON, no number, or not asked for."""

import re

import pytest
from litestar import Litestar

from .conftest import Api, Caller
from .reference import routes

_ID = re.compile(r"\{[^}]+\}")
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


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/sync/all", b'{"force": true, "force": false}', "force"),
        ("/provider-accounts", b'{"provider": "memory", "settings": {"a": "1", "a": "2"}}', "a"),
        ("/sync/what-if", b'{"policies": {"lead": {"default": "ours"}, "lead": {}}}', "lead"),
        ("/sync/all", b'{"whole": false, "whol\\u0065": true}', "whole"),
    ],
)
async def test_a_key_given_twice_is_refused(api: Api, admin: Caller, path: str, body: bytes, name: str) -> None:
    answer = await api.client.post(f"/api/v1{path}", content=body, headers=admin.headers)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": name, "code": "invalid_value", "message": f"{name} is given twice"}]


def bare_routes(app: Litestar) -> list[tuple[str, str]]:
    """Method and path of every route that changes something and takes no body; that which ends the login last."""
    found = [
        (method, _ID.sub("018f0000-0000-7000-8000-000000000000", path))
        for path, method, handler in routes(app)
        if path.startswith("/api/v1/") and method != "GET" and handler.parsed_data_field is None
    ]
    return sorted(found, key=lambda route: route[1].endswith("/logout"))


async def test_a_route_that_takes_no_body_refuses_one(api: Api, admin: Caller) -> None:
    async def ask(method: str, path: str, body: bytes) -> tuple[int, str]:
        answer = await api.client.request(method, path, content=body, headers=admin.headers)
        return answer.status_code, answer.json()["errors"][0]["code"] if answer.status_code == 422 else ""

    bare = bare_routes(api.client.app)
    assert ("POST", "/api/v1/conflicts/018f0000-0000-7000-8000-000000000000/reopen") in bare
    for route in bare:
        assert await ask(*route, b'{"unknown": 1}') == (422, "unknown_field"), route
        assert await ask(*route, b"[]") == (422, "invalid_value"), route
        assert (await ask(*route, b"{"))[0] == 400, route
        for nothing in (b"{}", b"null", b"") if route != bare[-1] else (b"{}",):
            status, code = await ask(*route, nothing)
            assert (status == 400, code in {"unknown_field", "invalid_value"}) == (False, False), route


@pytest.mark.parametrize("path", ["/sync/all", "/conflicts/018f0000-0000-7000-8000-000000000000/reopen"])
@pytest.mark.parametrize(
    ("media_type", "is_json"),
    [
        (None, True),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/vnd.studio+json", True),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("application/jsonp", False),
        ("text/json+x", False),
        ("", True),
    ],
)
async def test_only_what_says_that_it_is_json_is_read_as_json(
    api: Api, admin: Caller, path: str, media_type: str | None, is_json: bool
) -> None:
    headers = {**admin.headers, **({} if media_type is None else {"Content-Type": media_type})}
    answer = await api.client.post(f"/api/v1{path}", content=b'{"unknown": 1}', headers=headers)
    if is_json:
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_value")
        return
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.json()["detail"] == "send JSON, and say so: Content-Type: application/json"
    empty = await api.client.post(f"/api/v1{path}", headers=headers)
    assert empty.status_code in {200, 404}, "where there is no body, nothing is said of one"


async def test_everything_that_is_wrong_is_told_at_once(admin: Caller) -> None:
    body = {"first_name": 1, "phone": ["030"], "foo": 1, "account_id": "x"}
    answer = await admin.post("/leads", body)
    assert answer.status_code == 422
    (unknown,) = (e["message"] for e in answer.json()["errors"] if e["code"] == "unknown_field")
    assert unknown.startswith("there is no field 'foo' here; there are first_name, last_name, email, ")
    assert {(e["field"], e["code"], e["message"]) for e in answer.json()["errors"]} == {
        ("foo", "unknown_field", unknown),
        ("first_name", "invalid_value", "first_name must be a text or null"),
        ("email", "missing_field", "email is needed"),
        ("phone", "invalid_value", "phone must be a text or null"),
        ("account_id", "invalid_value", "account_id must be a UUID"),
    }


@pytest.mark.parametrize(
    ("payload", "problems"),
    [
        (
            {"a": 1, "b": "x", "c": []},
            {("payload.a", "a must be a text"), ("payload.c", "c must be a text")},
        ),
        ({"a": "x" * 201}, {("payload.a", "a must have at most 200 characters")}),
        ({"k" * 201: "x"}, {("payload", "a name in payload must have at most 200 characters")}),
        ({str(n): "x" for n in range(21)}, {("payload", "payload must have at most 20 entries")}),
        ([], {("payload", "payload must be an object")}),
    ],
)
async def test_what_is_wrong_with_a_mapping_is_told_by_its_names(
    admin: Caller, payload: object, problems: set[tuple[str, str]]
) -> None:
    answer = await admin.post("/schedules", {"name": "a", "kind": "b", "every_s": 60, "payload": payload})
    assert answer.status_code == 422
    assert {(e["field"], e["message"]) for e in answer.json()["errors"]} == problems


async def test_everybody_who_buys_is_named_in_full(admin: Caller) -> None:
    answer = await admin.post("/memberships", {"membership_type": "Gold", "start_date": "2026-04-01"})
    assert [e["field"] for e in answer.json()["errors"]] == ["first_name", "last_name", "email"]


async def test_an_optional_body_is_checked_as_well(admin: Caller) -> None:
    answer = await admin.post("/sync/all", {"force": "yes", "forced": 1})
    assert [(e["field"], e["message"]) for e in answer.json()["errors"]] == [
        ("forced", "there is no field 'forced' here; there are force, whole, account_id"),
        ("force", "force must be true or false"),
    ]


async def test_a_wrong_word_deep_inside_is_told_with_its_path(admin: Caller) -> None:
    told = (await admin.post("/sync/what-if", {"policies": {"lead": {"deletes": "sideways"}}})).json()["errors"]
    assert [(e["field"], e["message"]) for e in told if e["field"] != "plan_id"] == [
        ("policies.lead.deletes", "deletes must be one of keep_edited, delete, ask, not 'sideways'")
    ]


@pytest.mark.parametrize("given", ["2026-04-30", "2027-01-01T00:00:00", "soon", 7, []])
async def test_where_an_instant_is_wanted_a_date_is_told_so(admin: Caller, given: object) -> None:
    answer = await admin.post("/api-keys", {"name": "s", "scopes": ["members:read"], "expires_at": given})
    assert answer.status_code == 422
    (told,) = answer.json()["errors"]
    assert told["message"].removesuffix(" or null") == (
        "expires_at must be an instant with its offset, such as 2026-04-30T10:00:00Z"
    )


async def test_where_a_date_is_wanted_an_instant_is_told_so(admin: Caller) -> None:
    answer = await admin.post("/memberships", {"membership_type": "Gold", "start_date": "2026-04-30T10:00:00Z"})
    assert answer.json()["errors"][0]["message"] == "start_date must be a date such as 2026-04-30"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"limit": "many"}, "limit must be a whole number"),
        ({"limit": "1e2"}, "limit must be a whole number"),
        ({"offset": "1e3"}, "offset must be a whole number"),
        ({"offset": "1.0"}, "offset must be a whole number"),
        ({"limit": "0"}, "limit must be at least 1"),
        ({"limit": "201"}, "limit must be at most 200"),
        ({"q": "q" * 201}, "q must have at most 200 characters"),
    ],
)
async def test_a_wrong_parameter_is_explained_in_words(admin: Caller, query: dict[str, str], message: str) -> None:
    assert [e["message"] for e in (await admin.get("/members", **query)).json()["errors"]] == [message]


async def test_two_wrong_parameters_are_two_problems(admin: Caller) -> None:
    answer = await admin.get("/members", limit="many", offset="-1")
    assert {e["field"] for e in answer.json()["errors"]} == {"limit", "offset"}
