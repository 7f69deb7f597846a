"""Users, keys, staff tasks."""

import pytest
from tests.world import World

from tresen.domain.identity.role import Scope

from .conftest import Api, Caller, first_id

LIN = {"first_name": "Lin", "last_name": "Ott", "email": "lin@example.org"}
USER = {"email": "new@north.example", "name": "New", "role": "adviser", "password": "long enough 1"}


async def test_a_new_user_can_log_in(api: Api, admin: Caller) -> None:
    created = await admin.post("/users", USER)
    assert created.status_code == 201
    assert created.json()["user"]["role"] == "adviser"
    assert "password" not in created.text
    login = await api.client.post(
        "/api/v1/auth/login", json={"email": "new@north.example", "password": "long enough 1"}
    )
    assert login.status_code == 200


async def test_an_address_is_taken_in_the_whole_installation(admin: Caller) -> None:
    answer = await admin.post("/users", {**USER, "email": "ADMIN@south.example"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "already_exists"


@pytest.mark.parametrize("role", ["owner", "operator"])
async def test_nobody_makes_somebody_above_themselves(admin: Caller, role: str) -> None:
    assert (await admin.post("/users", {**USER, "role": role})).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [({"role": "king"}, "role"), ({"password": "short"}, "password"), ({"email": "x"}, "email"), ({"id": 1}, "id")],
)
async def test_a_user_that_makes_no_sense_names_the_field(admin: Caller, change: dict[str, object], field: str) -> None:
    answer = await admin.post("/users", {**USER, **change})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]
    assert "long enough" not in answer.text


async def test_users_are_listed_without_their_hashes(admin: Caller) -> None:
    answer = await admin.get("/users", orderBy="email", q="north", limit=200)
    assert answer.json()["count"] == 5
    assert "argon2" not in answer.text
    assert (await admin.get("/users", status="inactive")).json()["count"] == 0


async def test_a_key_is_shown_once_works_and_is_revoked(api: Api, admin: Caller) -> None:
    created = await admin.post("/api-keys", {"name": "website", "scopes": ["leads:read", "leads:write"]})
    assert created.status_code == 201
    body = created.json()
    program = api.with_key(body["key"])
    assert (await program.get("/leads")).status_code == 200
    listed = await admin.get("/api-keys")
    assert body["key"] not in listed.text
    assert listed.json()["api_keys"][0]["scopes"] == ["leads:read", "leads:write"]
    revoked = await admin.delete(f"/api-keys/{body['api_key']['id']}")
    assert revoked.status_code == 200
    assert revoked.json()["api_key"]["revoked_at"] == "2026-03-02T12:00:00Z"
    assert (await program.get("/leads")).status_code == 401


async def test_a_key_cannot_give_what_it_does_not_have(api: Api, world: World) -> None:
    program = api.with_key(await world.key(Scope.KEYS_WRITE, Scope.LEADS_READ))
    more = await program.post("/api-keys", {"name": "more", "scopes": ["members:read"]})
    assert more.status_code == 403
    assert (await program.post("/api-keys", {"name": "same", "scopes": ["leads:read"]})).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["installation"]},
        {"scopes": "leads:read"},
        {"name": " "},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2030-01-01T00:00:00"},
        {"expires_at": "tomorrow"},
    ],
)
async def test_a_key_that_makes_no_sense_is_refused(admin: Caller, change: dict[str, object]) -> None:
    assert (await admin.post("/api-keys", {"name": "x", "scopes": ["leads:read"], **change})).status_code == 422


async def test_a_task_is_closed_once_with_a_name_and_a_note(api: Api, admin: Caller, world: World) -> None:
    world.change_account(world.account.id, writes_enabled=False)
    await admin.post("/leads", LIN)
    task = await first_id(admin, "/staff-tasks", "staff_tasks")
    done = await api.as_("adviser").post(f"/staff-tasks/{task}/done", {"note": "entered"})
    assert done.status_code == 200
    closed = done.json()["task"]
    assert (closed["status"], closed["done_by"], closed["note"]) == ("done", "adviser@north.example", "entered")
    assert (await admin.post(f"/staff-tasks/{task}/done")).status_code == 409
    assert (await admin.get("/staff-tasks", status="open")).json()["count"] == 0
    assert (await admin.get("/staff-tasks", status="done")).json()["count"] == 1


async def test_one_task_is_what_the_list_shows_open_and_done(api: Api, admin: Caller, world: World) -> None:
    world.change_account(world.account.id, writes_enabled=False)
    await admin.post("/leads", LIN)
    (task,) = (await admin.get("/staff-tasks")).json()["staff_tasks"]
    path = f"/staff-tasks/{task['id']}"
    assert (await admin.get(path)).json() == {"task": task}
    await admin.post(f"{path}/done", {"note": "entered"})
    shown = (await api.as_("viewer").get(path)).json()["task"]
    assert (shown["status"], shown["note"]) == ("done", "entered")
    assert [shown] == (await admin.get("/staff-tasks")).json()["staff_tasks"]
    nobody = "019cae6b-6600-7000-8000-0000000000ff"
    for caller, key in ((admin, nobody), (api.as_("owner", "south"), task["id"])):
        answer = await caller.get(f"/staff-tasks/{key}")
        assert (answer.status_code, answer.json()["detail"]) == (404, f"no staff task {key}")
    key = (await admin.post("/api-keys", {"name": "k", "scopes": ["members:read"]})).json()["key"]
    assert (await api.with_key(key).get(path)).status_code == 403
