"""Members and leads are edited here."""

import pytest
from tests.world import SOUTH, World

from .conftest import Api, Caller, first_id

NOBODY = "00000000-0000-0000-0000-000000000001"


async def ada(caller: Caller) -> str:
    return f"/members/{await first_id(caller, '/members', 'members')}"


async def grace(caller: Caller) -> str:
    return f"/leads/{await first_id(caller, '/leads', 'leads')}"


async def test_a_member_is_edited_and_the_next_sync_brings_it_to_the_provider(admin: Caller, world: World) -> None:
    path = await ada(admin)
    answer = await admin.patch(path, {"last_name": "King", "city": " Potsdam ", "email_opt_in": True, "phone": None})
    assert answer.status_code == 200
    told = answer.json()
    member = told["member"]
    assert (member["last_name"], member["city"], member["email_opt_in"], member["phone"]) == (
        *("King", "Potsdam", True, None),
    )
    assert {each["field"]: each["fate"] for each in told["fields"]} == dict.fromkeys(
        ("last_name", "phone", "city", "email_opt_in"), "push"
    )
    assert told["fields"][0]["reason"] == "written at the provider by the next run, unless it was changed there, too"
    waiting = (await admin.get("/sync/pushes", state="waiting")).json()["pushes"]
    assert sorted(name for push in waiting for name in push["values"]) == ["city", "email_opt_in", "last_name", "phone"]
    await world.sync()
    values = world.gym.books.members.get("1001").values
    assert (values["last_name"], values["city"], values["email_opt_in"], values["phone"]) == (
        *("King", "Potsdam", True, None),
    )
    assert (await admin.get(path)).json()["member"]["last_name"] == "King"


async def test_who_edited_it_is_explained(admin: Caller, world: World) -> None:
    path = await ada(admin)
    await admin.patch(path, {"last_name": "King"})
    record = path.removeprefix("/members/")
    explained = (await admin.get(f"/sync/records/member/{record}/explain", field="last_name")).json()
    field = explained["records"][0]["fields"][0]
    assert (field["ours"], field["base"]) == ("King", "Byron")
    assert (field["change"]["rule"], field["change"]["reason"]) == ("local_edit", "admin@north.example edited it here")
    runs = (await admin.get("/sync/runs", kind="edit")).json()["runs"]
    assert [run["id"] for run in runs] == [field["change"]["run_id"]]
    assert world.gym.books.members.get("1001").values["last_name"] == "Byron"


async def test_what_only_a_person_can_change_is_a_task(admin: Caller, world: World) -> None:
    world.change_account(world.account.id, writes_enabled=False)
    path = await ada(admin)
    answer = await admin.patch(path, {"last_name": "King"})
    assert answer.status_code == 202
    told = answer.json()
    assert told["member"]["last_name"] == "Byron"
    assert (told["task"]["operation"], told["task"]["details"]["last_name"]) == ("update_member", "King")
    assert [each["fate"] for each in told["fields"]] == ["task"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"version": 1}, None),
        ({"email": "nobody"}, "email"),
        ({"first_name": "", "last_name": None}, "first_name"),
        ({"born_on": "2099-01-01"}, "born_on"),
        ({"born_on": "yesterday"}, "born_on"),
        ({"phone": "call me"}, "phone"),
        ({"city": "x" * 201}, "city"),
        ({"city": "a\0b"}, "city"),
        ({"city": "a\nb\x1b[31m"}, "city"),
        ({"email_opt_in": "yes"}, "email_opt_in"),
        ({"status": "active"}, "status"),
        ({"last_name": "King", "email": "nobody"}, "email"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(admin: Caller, body: object, field: str | None) -> None:
    path = await ada(admin)
    before = (await admin.get(path)).json()
    answer = await admin.patch(path, body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json().get("errors", [])] == ([field] if field else [])
    assert (await admin.get(path)).json() == before


@pytest.mark.parametrize(
    ("kind", "body", "fields"),
    [
        (
            "members",
            {"email": "nobody", "phone": "call me", "born_on": "2099-01-01", "city": "a\nb", "last_name": "x\x1b"},
            ["email", "born_on", "last_name", "phone", "city"],
        ),
        ("leads", {"email": "a\nb", "phone": "call me", "source": "a\nb"}, ["email", "phone", "source"]),
        ("leads", {"email": "nobody", "source": "web"}, ["email"]),
    ],
)
async def test_every_wrong_value_is_told_at_once(
    admin: Caller, kind: str, body: dict[str, str], fields: list[str]
) -> None:
    path = f"/{kind}/{await first_id(admin, f'/{kind}', kind)}"
    before = (await admin.get(path)).json()
    answer = await admin.patch(path, body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "invalid_value")
    assert [each["field"] for each in told["errors"]] == fields
    assert all(each["code"] == "invalid_value" and each["message"] in told["detail"] for each in told["errors"])
    assert (await admin.get(path)).json() == before


async def test_an_edit_of_what_is_another_version_by_now_is_a_conflict(admin: Caller) -> None:
    for path, name in ((await ada(admin), "member"), (await grace(admin), "lead")):
        version = (await admin.get(path)).json()[name]["version"]
        edited = await admin.patch(path, {"last_name": "King", "version": version})
        assert edited.json()[name]["version"] == version + 1
        late = await admin.patch(path, {"last_name": "Noel", "version": version})
        assert (late.status_code, late.json()["code"]) == (409, "stale_version")
        assert late.json()["detail"].endswith(f"is at version {version + 1}, not {version}: load it again")
        assert late.json()["details"]["version"] == version + 1
        assert (await admin.get(path)).json()[name]["last_name"] == "King"
    path = await grace(admin)
    late = await admin.patch(path, {"notes": "called", "version": 1})
    assert late.status_code == 409
    assert (await admin.patch(path, {"notes": "called", "version": 2})).status_code == 200


async def test_a_lead_is_edited(admin: Caller, world: World) -> None:
    path = await grace(admin)
    answer = await admin.patch(path, {"last_name": "Murray", "phone": "030 5"})
    assert answer.status_code == 200
    assert {each["field"]: each["fate"] for each in answer.json()["fields"]} == {"last_name": "push", "phone": "push"}
    await world.sync()
    values = world.gym.books.leads.get("1001").values
    assert (values["last_name"], values["phone"]) == ("Murray", "030 5")


async def test_status_and_notes_are_changed_by_themselves(admin: Caller) -> None:
    path = await grace(admin)
    for body, field in (
        ({"lead_status": "contacted", "last_name": "Murray"}, "lead_status"),
        ({"notes": None, "source": "web"}, "notes"),
    ):
        answer = await admin.patch(path, body)
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == [field]
    lead = (await admin.get(path)).json()["lead"]
    assert (lead["status"], lead["last_name"]) == ("new", "Hopper")
    (told,) = (await admin.patch(path, {"lead_status": "contacted"})).json()["fields"]
    assert told.pop("conflict_id") is None
    assert told == {"field": "status", "fate": "written", "reason": "written at the provider"}


async def test_where_the_status_is_changed_is_said(admin: Caller) -> None:
    for path, says in (
        (await grace(admin), "it is lead_status, in a request of its own or with notes"),
        (await ada(admin), "it is what the provider says"),
    ):
        answer = await admin.patch(path, {"status": "lost"})
        assert answer.status_code == 422
        assert [each["message"] for each in answer.json()["errors"]] == [f"there is no field 'status' here: {says}"]


async def test_who_may_edit(api: Api, admin: Caller) -> None:
    path, lead = await ada(admin), await grace(admin)
    assert (await api.as_("admin", SOUTH).patch(path, {"city": "Bonn"})).status_code == 404
    assert (await api.as_("admin", SOUTH).patch(lead, {"source": "web"})).status_code == 404
    assert (await admin.patch(f"/members/{NOBODY}", {"city": "Bonn"})).status_code == 404
    key = (await admin.post("/api-keys", {"name": "r", "scopes": ["members:read", "leads:write"]})).json()["key"]
    assert (await api.with_key(key).patch(path, {"city": "Bonn"})).status_code == 403
    assert (await api.with_key(key).patch(lead, {"source": "web"})).status_code in {200, 202}
