"""Leads."""

from uuid import UUID

import attrs
import pytest
from tests.world import World

from tresen.domain.shared.ids import AccountId

from .conftest import Api, Caller, first_id

LIN = {"first_name": "Lin", "last_name": "Ott", "email": "lin@example.org"}
SALE = {"membership_type": "Gold", "start_date": "2026-04-01"}


async def test_a_lead_is_captured_and_read_again(admin: Caller) -> None:
    wishes = {"phone": "030 99", "message": "Hello", "interested_in": "yoga", "source": "web"}
    created = await admin.post("/leads", {**LIN, **wishes})
    assert created.status_code == 201
    lead = created.json()["lead"]
    assert (lead["first_name"], lead["email"], lead["phone"], lead["status"]) == (
        "Lin",
        "lin@example.org",
        "030 99",
        "new",
    )
    assert (await admin.get(f"/leads/{lead['id']}")).json()["lead"] == lead


async def test_a_lead_is_shown_with_links_and_what_a_sync_overwrote(admin: Caller, world: World) -> None:
    there = world.attract("Max")
    await world.use_cases.sync.leads(world.north.id, world.account.id, force=True)
    (line,) = (await admin.get("/leads", q="Max")).json()["leads"]
    path = f"/leads/{line['id']}"
    assert (await admin.get(path)).json()["overwritten"] == []
    world.gym.books.leads.edit(there, {"last_name": "Planck"})
    await world.use_cases.sync.leads(world.north.id, world.account.id, force=True)
    shown = (await admin.get(path)).json()
    assert [(one["external_id"], one["account_id"]) for one in shown["links"]] == [(there, str(world.account.id))]
    assert shown["links"][0]["values"]["last_name"] == "Planck"
    (change,) = shown["overwritten"]
    assert (change["field"], change["theirs"], change["taken"]) == ("last_name", "Planck", "theirs")
    assert change["value"] == "Planck"


async def test_a_lead_that_only_a_person_can_enter_is_kept_with_a_task(admin: Caller, world: World) -> None:
    world.change_account(world.account.id, writes_enabled=False)
    answer = await admin.post("/leads", LIN)
    assert answer.status_code == 202
    assert answer.json()["task"]["operation"] == "create_lead"
    lead = answer.json()["lead"]["id"]
    assert (await admin.get(f"/leads/{lead}")).status_code == 200


async def test_of_a_lead_that_is_known_each_value_and_every_task_is_told(admin: Caller, world: World) -> None:
    known = world.attract("Max", phone="030 1")
    del world.gym.books.leads.get(known).values["message"]
    await world.use_cases.sync.leads(world.north.id, world.account.id, force=True)
    said = {"first_name": "Max", "last_name": "Hopper", "email": "max@example.org"}
    assert (await admin.post("/leads", said)).status_code == 200
    answer = await admin.post("/leads", {**said, "phone": "030 9", "message": "call me"})
    assert answer.status_code == 202
    told = answer.json()
    assert {each["field"]: each["fate"] for each in told["fields"]} == {
        "first_name": "here",
        "last_name": "here",
        "email": "here",
        "phone": "task",
        "message": "here",
    }
    assert [each["details"].get("phone") for each in told["tasks"]] == [None, "030 9"]
    assert told["task"] == told["tasks"][0]
    assert told["tasks"] == (await admin.get("/staff-tasks", status="open")).json()["staff_tasks"]


async def test_the_list_knows_its_stages(admin: Caller) -> None:
    assert (await admin.get("/leads", status="new")).json()["count"] == 1
    assert (await admin.get("/leads", status="lost")).json() == {"leads": [], "count": 0}
    assert (await admin.get("/leads", status="active")).status_code == 422


async def test_absent_leaves_and_null_clears(admin: Caller) -> None:
    path = f"/leads/{await first_id(admin, '/leads', 'leads')}"
    assert (await admin.patch(path, {"notes": "call on Monday"})).json()["lead"]["notes"] == "call on Monday"
    moved = (await admin.patch(path, {"lead_status": "contacted"})).json()["lead"]
    assert (moved["status"], moved["notes"]) == ("contacted", "call on Monday")
    assert (await admin.patch(path, {"notes": None})).json()["lead"]["notes"] is None


async def test_a_step_that_the_table_does_not_have_is_a_conflict(admin: Caller) -> None:
    path = f"/leads/{await first_id(admin, '/leads', 'leads')}"
    answer = await admin.patch(path, {"lead_status": "converted"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "illegal_transition"


@pytest.mark.parametrize("body", [{}, {"lead_status": "gone"}, {"lead_status": "unknown"}, {"notes": 1}, {"x": 1}])
async def test_a_change_that_makes_no_sense_is_refused(admin: Caller, body: object) -> None:
    assert (await admin.patch(f"/leads/{await first_id(admin, '/leads', 'leads')}", body)).status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**LIN, "email": "nobody"}, "email"),
        ({"first_name": "Lin", "last_name": "Ott"}, "email"),
        ({**LIN, "first_name": " ", "last_name": ""}, "first_name"),
        ({"email": "lin@example.org"}, "first_name"),
        ({**LIN, "message": "m" * 5001}, "message"),
        ({**LIN, "status": "new"}, "status"),
    ],
)
async def test_a_lead_that_makes_no_sense_names_the_field(admin: Caller, body: object, field: str) -> None:
    answer = await admin.post("/leads", body)
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("other", [{}, {"last_name": None}, {"last_name": ""}])
async def test_one_name_is_enough_for_a_lead(admin: Caller, other: dict[str, object]) -> None:
    answer = await admin.post("/leads", {"first_name": "Lin", "email": "lin@example.org", **other})
    assert answer.status_code == 201
    assert [answer.json()["lead"][name] for name in ("first_name", "last_name")] == ["Lin", ""]


async def test_a_lead_becomes_a_member_with_a_membership(admin: Caller) -> None:
    path = f"/leads/{await first_id(admin, '/leads', 'leads')}"
    answer = await admin.post(f"{path}/convert", SALE)
    assert answer.status_code == 201
    body = answer.json()
    assert body["lead"]["status"] == "converted"
    assert body["lead"]["member_id"] == body["member"]["id"] == body["membership"]["member_id"]
    again = await admin.post(f"{path}/convert", SALE)
    assert (again.status_code, again.json()["details"]["member_id"]) == (409, body["member"]["id"])
    assert "is converted already" in again.json()["detail"]
    told = [(each["field"], each["reason"]) for each in (await admin.get(path)).json()["overwritten"]]
    assert told == [("status", "admin@north.example converted it here; it was done at the provider at once")]


async def test_a_conversion_that_only_a_person_can_do_is_a_task(admin: Caller, world: World) -> None:
    world.change_account(world.account.id, writes_enabled=False)
    answer = await admin.post(f"/leads/{await first_id(admin, '/leads', 'leads')}/convert", SALE)
    assert answer.status_code == 202
    assert answer.json()["lead"]["status"] == "new"


@pytest.mark.parametrize("body", [{}, {"membership_type": "", "start_date": "2026-04-01"}, {**SALE, "start_date": 1}])
async def test_a_conversion_names_what_is_bought(admin: Caller, body: object) -> None:
    assert (await admin.post(f"/leads/{await first_id(admin, '/leads', 'leads')}/convert", body)).status_code == 422


async def test_advisers_capture_leads_and_do_not_convert_them(api: Api) -> None:
    adviser = api.as_("adviser")
    assert (await adviser.post("/leads", LIN)).status_code == 201
    lead = await first_id(adviser, "/leads", "leads")
    assert (await adviser.post(f"/leads/{lead}/convert", SALE)).status_code == 403


async def test_of_several_accounts_the_field_that_names_one_is_told(admin: Caller, world: World) -> None:
    other = AccountId(UUID(int=99))
    world.store.room(world.north.id).accounts.put(other, attrs.evolve(world.account, id=other, name="two"))
    refused = await admin.post("/leads", {"first_name": "Fay", "email": "fay@x.example"})
    told = refused.json()
    assert (refused.status_code, told["errors"][0]["field"]) == (422, "account_id")
    assert told["detail"] == (
        f"several provider accounts are connected: memory/main ({world.account.id}), memory/two ({other}); "
        "name one as account_id"
    )
    assert told["details"]["accounts"] == ["memory/main", "memory/two"]
    named = await admin.post("/leads", {"first_name": "Fay", "email": "fay@x.example", "account_id": str(other)})
    assert named.status_code == 201
