"""Conflicts: listed, decided one by one and in bulk, decided anew."""

from datetime import timedelta
from typing import Any

import pytest
from tests.world import World

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.domain.identity.role import Scope
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.page import Page
from tresen.domain.sync.conflict import Choice, Conflict

from .conftest import Api, Caller
from .disputes import ADA, HERE, THERE, ask_about, dispute, edit_here, local_id, open_conflict

BEA = "1002"
_MEANT = [("theirs", THERE), ("ours", HERE)]


async def phone(caller: Caller, world: World, external_id: str = ADA) -> str:
    record = await local_id(world, external_id)
    explained = (await caller.get(f"/sync/records/member/{record}/explain", field="phone")).json()
    return str(explained["records"][0]["fields"][0]["ours"])


async def dispute_twice(world: World) -> None:
    """Of two members' phone numbers and one's city."""
    await ask_about(world)
    for external_id in (ADA, BEA):
        await edit_here(world, external_id, phone=PhoneNumber(HERE))
        world.gym.books.members.edit(external_id, {"phone": THERE})
    await world.sync()
    world.clock.advance(timedelta(minutes=1))
    await edit_here(world, city="Ulm")
    world.gym.books.members.edit(ADA, {"city": "Bonn"})
    await world.sync()


async def test_a_conflict_has_everything_that_is_needed_to_decide_it(admin: Caller, world: World) -> None:
    await dispute(world)
    told = (await admin.get(f"/conflicts/{await open_conflict(admin)}")).json()
    conflict = told["conflict"]
    assert (conflict["base"], conflict["ours"], conflict["theirs"]) == ("030 123456", HERE, THERE)
    assert (conflict["kind"], conflict["external_id"], conflict["field"]) == ("member", ADA, "phone")
    assert (conflict["state"], conflict["resolution"], conflict["rule"]) == ("open", None, "ask")
    assert conflict["local_id"] == await local_id(world)
    assert conflict["account_id"] == str(world.account.id)
    assert conflict["theirs_edited_at"] == "2026-03-02T12:00:00Z"
    sides = told["sides"]
    assert (sides["ours"]["phone"], sides["theirs"]["phone"]) == (HERE, THERE)
    assert {side["first_name"] for side in sides.values()} == {"Ada"}, "the record itself is shown, too"
    assert told["candidates"] == []


async def test_conflicts_are_filtered_and_paged(admin: Caller, world: World) -> None:
    await dispute_twice(world)

    async def found(**query: str | int) -> tuple[int, list[tuple[str, str]]]:
        answer = (await admin.get("/conflicts", **query)).json()
        return answer["count"], [(c["external_id"], c["field"]) for c in answer["conflicts"]]

    count, everything = await found()
    assert (count, everything[0]) == (3, (ADA, "city"))
    assert await found(limit=1, offset=1) == (3, everything[1:2])
    assert await found(limit=2, offset=2) == (3, everything[2:])
    assert await found(offset=3) == (3, [])
    assert await found(field="city") == (1, [(ADA, "city")])
    assert (await found(field="phone", kind="member", state="open", account_id=str(world.account.id)))[0] == 2
    of_ada = (2, [(ADA, "city"), (ADA, "phone")])
    assert await found(external_id=ADA) == await found(local_id=await local_id(world)) == of_ada
    assert await found(external_id=BEA, kind="member") == (1, [(BEA, "phone")])
    for query in (
        {"kind": "lead"},
        {"state": "resolved"},
        {"external_id": "100"},
        {"external_id": ""},
    ):
        assert await found(**query) == (0, [])


@pytest.mark.parametrize("given", ["wodify/1001", "wodify/", "/"])
async def test_the_command_lines_name_of_a_record_is_not_taken_for_an_empty_list(
    admin: Caller, world: World, given: str
) -> None:
    await dispute(world)
    answers = [
        await admin.get("/conflicts", external_id=given),
        await admin.get("/sync/records/member", external_id=given),
        await admin.post("/conflicts/resolve", {"choice": "ours", "external_id": given}),
    ]
    problems = [(one.status_code, *one.json()["errors"]) for one in answers]
    assert [(status, problem["field"]) for status, problem in problems] == [(422, "external_id")] * 3
    assert all("the account goes into account_id" in problem["message"] for _, problem in problems)
    # An id with a slash may be one where the account is said.
    assert (await admin.get("/conflicts", external_id=given, account_id=str(world.account.id))).json()["count"] == 0


async def test_the_open_ones_are_listed_unless_others_are_asked_for(admin: Caller, world: World) -> None:
    await dispute_twice(world)
    await admin.post("/conflicts/resolve", {"choice": "theirs", "field": "city"})

    async def count(**query: str) -> int:
        return int((await admin.get("/conflicts", **query)).json()["count"])

    assert [await count(), await count(state="open"), await count(state="resolved")] == [2, 2, 1]
    assert await count(state="all") == 3


async def test_an_edit_after_a_conflict_was_opened_is_told(admin: Caller, world: World) -> None:
    await dispute(world)
    path = f"/conflicts/{await open_conflict(admin)}"
    assert (await admin.get(path)).json()["conflict"]["edited_since"] == []
    world.clock.advance(timedelta(minutes=1))
    world.gym.books.members.edit(ADA, {"phone": "030 3"})
    await world.sync()
    assert (await admin.get(path)).json()["conflict"]["edited_since"] == ["theirs"]
    assert (await admin.get("/conflicts")).json()["conflicts"][0]["edited_since"] == ["theirs"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "gone"),
        ("kind", "goats"),
        ("field", "a\x00b"),
        ("account_id", "1"),
        ("external_id", "a\x00b"),
        ("external_id", "1" * 1_001),
        ("local_id", "1001"),
        ("limit", "0"),
        ("limit", "201"),
        ("offset", "-1"),
        ("q", "ada"),
    ],
)
async def test_conflicts_are_asked_for_properly_or_not_at_all(admin: Caller, name: str, value: str) -> None:
    answer = await admin.get("/conflicts", **{name: value})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [name]


@pytest.mark.parametrize(("choice", "kept"), _MEANT)
async def test_a_person_takes_a_side(admin: Caller, world: World, choice: str, kept: str) -> None:
    await dispute(world)
    key = await open_conflict(admin)
    answer = await admin.post(f"/conflicts/{key}/resolve", {"choice": choice})
    assert answer.status_code == 200
    conflict = answer.json()["conflict"]
    assert conflict["state"] == "resolved"
    assert conflict["resolution"] == {
        "choice": choice,
        "value": None,
        "by": "admin@north.example",
        "at": "2026-03-02T12:00:00Z",
    }
    await world.sync()
    assert await phone(admin, world) == kept
    assert world.gym.books.members.get(ADA).values["phone"] == kept
    again = await admin.post(f"/conflicts/{key}/resolve", {"choice": choice})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_a_person_types_in_a_value(admin: Caller, world: World) -> None:
    await dispute(world)
    body = {"choice": "value", "value": "030 777"}
    answer = await admin.post(f"/conflicts/{await open_conflict(admin)}/resolve", body)
    assert answer.json()["conflict"]["resolution"]["value"] == "030 777"
    assert (await admin.get("/sync/pushes", state="waiting")).json()["pushes"][0]["values"] == {"phone": "030 777"}
    await world.sync()
    assert await phone(admin, world) == "030 777"
    assert world.gym.books.members.get(ADA).values["phone"] == "030 777"


async def test_the_decision_is_of_what_was_looked_at(admin: Caller, world: World) -> None:
    await dispute(world)
    seen = (await admin.get("/conflicts")).json()["conflicts"][0]
    world.gym.books.members.edit(ADA, {"phone": "030 3"})
    await world.sync()
    body = {"choice": "theirs", "version": seen["version"]}
    late = await admin.post(f"/conflicts/{seen['id']}/resolve", body)
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    assert await phone(admin, world) == HERE
    now = (await admin.get(f"/conflicts/{seen['id']}")).json()["conflict"]
    assert now["theirs"] == "030 3"
    done = await admin.post(f"/conflicts/{seen['id']}/resolve", {"choice": "theirs", "version": now["version"]})
    assert done.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "choice"),
        ({"choice": "both"}, "choice"),
        ({"choice": "value"}, "value"),
        ({"choice": "theirs", "value": "030 777"}, "value"),
        ({"choice": "ours", "value": "019cae6b-6600-7000-8000-0000000000ff"}, "value"),
        ({"choice": "value", "value": 12}, "value"),
        ({"choice": "value", "value": ["a"]}, "value"),
        ({"choice": "value", "value": {"a": 1}}, "value"),
        ({"choice": "value", "value": "a\x00b"}, "value"),
        ({"choice": "value", "value": "x" * 5_001}, "value"),
        ({"choice": "ours", "by": "somebody else"}, "by"),
    ],
)
async def test_a_choice_that_makes_no_sense_decides_nothing(
    admin: Caller, world: World, body: object, field: str
) -> None:
    await dispute(world)
    key = await open_conflict(admin)
    answer = await admin.post(f"/conflicts/{key}/resolve", body)
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]
    assert await open_conflict(admin) == key
    assert await phone(admin, world) == HERE


async def test_a_choice_that_is_none_is_answered_with_those_that_there_are(admin: Caller, world: World) -> None:
    await dispute(world)
    answer = await admin.post(f"/conflicts/{await open_conflict(admin)}/resolve", {"choice": "both"})
    (problem,) = answer.json()["errors"]
    assert problem["message"] == "choice must be one of theirs, ours, value, not 'both'"


async def test_many_are_decided_alike(admin: Caller, world: World) -> None:
    await dispute_twice(world)
    answer = (await admin.post("/conflicts/resolve", {"choice": "theirs", "field": "phone"})).json()
    assert (answer["count"], answer["refused"], answer["remaining"]) == (2, [], 0)
    assert {c["external_id"] for c in answer["decided"]} == {ADA, BEA}
    assert [await phone(admin, world, each) for each in (ADA, BEA)] == [THERE, THERE]
    assert (await admin.get("/conflicts", state="open")).json()["conflicts"][0]["field"] == "city"
    rest = (await admin.post("/conflicts/resolve", {"choice": "ours", "all": True})).json()
    assert (rest["count"], rest["decided"][0]["resolution"]["choice"]) == (1, "ours")


@pytest.mark.parametrize("by", ["external_id", "local_id"])
async def test_all_of_a_record_are_decided_alike(admin: Caller, world: World, by: str) -> None:
    await dispute_twice(world)
    which = {"external_id": ADA, "local_id": await local_id(world)}[by]
    answer = (await admin.post("/conflicts/resolve", {"choice": "ours", by: which, "kind": "member"})).json()
    assert (answer["count"], answer["refused"], answer["remaining"]) == (2, [], 0)
    assert {(c["external_id"], c["field"]) for c in answer["decided"]} == {(ADA, "city"), (ADA, "phone")}
    left = (await admin.get("/conflicts")).json()["conflicts"]
    assert [(c["external_id"], c["field"]) for c in left] == [(BEA, "phone")]
    await world.sync()
    there = world.gym.books.members.get(ADA).values
    assert (there["phone"], there["city"]) == (HERE, "Ulm")
    again = (await admin.post("/conflicts/resolve", {"choice": "theirs", by: which})).json()
    assert again == {"decided": [], "count": 0, "refused": [], "remaining": 0}


async def test_at_most_so_many_are_decided_at_once(admin: Caller, world: World) -> None:
    await dispute_twice(world)
    answer = (await admin.post("/conflicts/resolve", {"choice": "ours", "kind": "member", "limit": 2})).json()
    assert (answer["count"], answer["remaining"]) == (2, 1)
    assert (await admin.get("/conflicts", state="open")).json()["count"] == 1


async def test_what_others_decided_meanwhile_does_not_remain(
    admin: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await dispute_twice(world)
    readers, sync = world.use_cases.readers, world.use_cases.sync
    find, tenant = readers.conflicts, world.north.id

    async def then_another_decides(*args: Any, **kwargs: Any) -> Page[Conflict]:
        page = await find(*args, **kwargs)
        monkeypatch.undo()
        for one in page.items[:2]:
            theirs = ConflictChoice(tenant_id=tenant, conflict_id=one.id, choice=Choice.THEIRS, by="Eva")
            await sync.resolve(theirs)
        return page

    monkeypatch.setattr(readers, "conflicts", then_another_decides)
    answer = (await admin.post("/conflicts/resolve", {"choice": "ours", "kind": "member"})).json()
    assert (answer["count"], len(answer["refused"]), answer["remaining"]) == (1, 2, 0)


async def test_what_cannot_be_decided_is_told_with_its_reason(admin: Caller, world: World) -> None:
    await dispute_twice(world)
    bea = (await admin.get("/conflicts")).json()["conflicts"]
    refused = next(c["id"] for c in bea if c["external_id"] == BEA)
    room = world.store.room(world.north.id)
    room.members.remove(next(key for key, one in room.members.items() if one.first_name == "Bea"))
    answer = (await admin.post("/conflicts/resolve", {"choice": "theirs", "field": "phone"})).json()
    assert (answer["count"], answer["remaining"]) == (1, 1)
    assert [(r["id"], r["code"]) for r in answer["refused"]] == [(refused, "not_found")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"choice": "theirs"}, "all"),
        ({"choice": "value", "all": True}, "choice"),
        ({"choice": "ours", "kind": "goats"}, "kind"),
        ({"choice": "ours", "external_id": None}, "all"),
        ({"choice": "ours", "external_id": "a\x00b"}, "external_id"),
        ({"choice": "ours", "external_id": 1001}, "external_id"),
        ({"choice": "ours", "local_id": "1001"}, "local_id"),
        ({"choice": "value", "external_id": "1001"}, "choice"),
        ({"choice": "ours", "all": True, "limit": 1_001}, "limit"),
        ({"choice": "ours", "all": True, "limit": 0}, "limit"),
        ({"choice": "ours", "all": True, "state": "resolved"}, "state"),
    ],
)
async def test_many_are_decided_properly_or_not_at_all(admin: Caller, world: World, body: object, field: str) -> None:
    await dispute(world)
    answer = await admin.post("/conflicts/resolve", body)
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]
    assert (await admin.get("/conflicts", state="open")).json()["count"] == 1


async def test_an_edit_of_what_is_asked_names_the_conflict_which_shows_that_it_was_edited(
    admin: Caller, world: World
) -> None:
    await dispute(world)
    key = await open_conflict(admin)
    assert (await admin.get(f"/conflicts/{key}")).json()["is_edited"] is False
    edited = await admin.patch(f"/members/{await local_id(world)}", {"phone": "030 777", "city": "Ulm"})
    told = {each["field"]: each["conflict_id"] for each in edited.json()["fields"]}
    assert told == {"phone": key, "city": None}
    full = (await admin.get(f"/conflicts/{key}")).json()
    assert (full["is_edited"], full["conflict"]["ours"], full["sides"]["ours"]["phone"]) == (True, HERE, "030 777")
    await world.sync()
    full = (await admin.get(f"/conflicts/{key}")).json()
    assert (full["is_edited"], full["conflict"]["ours"]) == (False, "030 777")


async def test_a_decision_is_taken_back(admin: Caller, world: World) -> None:
    await dispute(world)
    key = await open_conflict(admin)
    assert (await admin.post(f"/conflicts/{key}/reopen")).json()["code"] == "illegal_transition"
    await admin.post(f"/conflicts/{key}/resolve", {"choice": "theirs"})
    answer = await admin.post(f"/conflicts/{key}/reopen")
    assert (answer.status_code, answer.json()["conflict"]["state"]) == (200, "open")
    assert answer.json()["conflict"]["resolution"] is None
    former = (await admin.get(f"/conflicts/{key}")).json()["conflict"]["former"]
    assert (former["choice"], former["by"]) == ("theirs", "admin@north.example")
    assert former["value"] == answer.json()["conflict"]["theirs"]
    assert answer.json()["conflict"]["reason"].endswith("; opened again by admin@north.example")
    assert answer.json()["released"] == []


async def test_an_undos_pin_that_ends_with_a_decision_is_told(admin: Caller, world: World) -> None:
    await dispute(world)
    key = await open_conflict(admin)
    await admin.post(f"/conflicts/{key}/resolve", {"choice": "theirs"})
    (run,) = (await admin.get("/sync/runs", kind="resolve")).json()["runs"]
    assert (await admin.post("/sync/undo", {"run_id": run["id"]})).status_code == 200
    pins = (await admin.get("/sync/overrides")).json()["overrides"]
    assert [each["field"] for each in pins] == ["phone"]
    assert (await admin.post(f"/conflicts/{key}/reopen")).json()["released"] == pins
    assert (await admin.get("/sync/overrides")).json()["overrides"] == []


async def test_who_sees_and_who_decides(api: Api, admin: Caller, world: World) -> None:
    await dispute(world)
    key = await open_conflict(admin)
    for role in ("viewer", "adviser"):
        caller = api.as_(role)
        assert (await caller.get(f"/conflicts/{key}")).status_code == 200
        for path in (f"/conflicts/{key}/resolve", "/conflicts/resolve", f"/conflicts/{key}/reopen"):
            refused = await caller.post(path, {"choice": "ours", "all": True})
            assert (refused.status_code, refused.json()["details"]) == (403, {"scope": "sync:decide"})
    watcher = api.with_key(await world.key(Scope.SYNC_READ))
    assert (await watcher.get("/conflicts")).json()["details"] == {"scope": "members:read"}
    assert await open_conflict(admin) == key


async def test_another_tenants_conflicts_do_not_exist(api: Api, admin: Caller, world: World) -> None:
    await dispute(world)
    key, south = await open_conflict(admin), api.as_("owner", "south")
    assert (await south.get("/conflicts")).json() == {"conflicts": [], "count": 0}
    assert (await south.get(f"/conflicts/{key}")).status_code == 404
    assert (await south.post(f"/conflicts/{key}/resolve", {"choice": "ours"})).status_code == 404
    many = await south.post("/conflicts/resolve", {"choice": "ours", "account_id": str(world.account.id)})
    assert (many.status_code, many.json()["code"]) == (404, "not_found")
    for record in ({"external_id": ADA}, {"local_id": await local_id(world)}):
        assert (await south.get("/conflicts", **record)).json() == {"conflicts": [], "count": 0}
        many = (await south.post("/conflicts/resolve", {"choice": "ours", **record})).json()
        assert many == {"decided": [], "count": 0, "refused": [], "remaining": 0}
    assert await open_conflict(admin) == key


async def test_every_decision_is_in_the_audit_log(admin: Caller, world: World) -> None:
    await dispute(world)
    key = await open_conflict(admin)
    await admin.post(f"/conflicts/{key}/resolve", {"choice": "ours"})
    line = (await admin.get("/audit", limit=1)).json()["audit"][0]
    assert (line["action"], line["status"]) == (f"POST /api/v1/conflicts/{key}/resolve", 200)
    assert line["name"] == "admin@north.example"


async def test_a_field_that_there_is_not_is_no_empty_answer(admin: Caller) -> None:
    for answer in (
        await admin.get("/conflicts", field="zzz"),
        await admin.post("/conflicts/resolve", {"choice": "ours", "field": "zzz"}),
    ):
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["field"]
    lead = await admin.get("/conflicts", kind="lead", field="born_on")
    assert (lead.status_code, lead.json()["detail"].partition(";")[0]) == (422, "a lead has no field 'born_on'")
    for field in ("*", "?", "notes"):
        assert (await admin.get("/conflicts", kind="lead", field=field)).status_code == 200
