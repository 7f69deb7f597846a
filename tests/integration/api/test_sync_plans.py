"""Plans of syncs: made, looked at, applied, let through, and decided anew."""

import pytest
from tests.world import World

from tresen.domain.identity.role import Scope

from .conftest import Api, Caller
from .disputes import ADA, HERE, THERE, dispute, edit_here, empty_the_gym, planned


async def name_of_ada(caller: Caller) -> str:
    names = [str(m["first_name"]) for m in (await caller.get("/members", limit=200)).json()["members"]]
    return next(name for name in names if name.startswith("Ad"))


async def test_a_plan_writes_nothing_until_it_is_applied(admin: Caller, world: World) -> None:
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    made = (await admin.post("/sync/members/plan")).json()
    assert [(r["kind"], r["state"]) for r in made["runs"]] == [("members", "planned")]
    assert await name_of_ada(admin) == "Ada"
    plan = made["runs"][0]["plan_id"]
    shown = (await admin.get(f"/sync/plans/{plan}")).json()["plan"]
    assert (shown["state"], shown["steps"], shown["actions"]) == ("planned", 1, {"merge": 1})
    assert (shown["run_id"], shown["accepted_by"], shown["applied_at"]) == (made["runs"][0]["id"], None, None)
    applied = await admin.post(f"/sync/plans/{plan}/apply")
    assert applied.status_code == 200
    run = applied.json()["run"]
    assert (run["state"], run["plan_id"], run["counts"]["updated"]) == ("completed", plan, 1)
    assert await name_of_ada(admin) == "Adele"
    assert (await admin.get(f"/sync/plans/{plan}")).json()["plan"]["state"] == "applied"
    again = await admin.post(f"/sync/plans/{plan}/apply")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_where_nothing_is_to_be_done_there_is_no_plan(admin: Caller) -> None:
    runs = (await admin.post("/sync/all/plan")).json()["runs"]
    assert [(r["kind"], r["plan_id"], r["reason"]) for r in runs] == [
        ("members", None, "there is nothing to do"),
        ("leads", None, "there is nothing to do"),
    ]
    assert (await admin.get("/sync/plans")).json() == {"plans": [], "has_more": False}


async def test_every_plan_can_be_reached(admin: Caller, world: World) -> None:
    world.enrol("Cleo")
    first, second, third = [await planned(admin) for _ in range(3)]

    async def listed(**query: str | int) -> tuple[list[str], bool]:
        answer = (await admin.get("/sync/plans", **query)).json()
        return [plan["id"] for plan in answer["plans"]], answer["has_more"]

    assert await listed(limit=2) == ([third, second], True)
    assert await listed(limit=2, offset=2) == ([first], False)
    assert await listed(offset=3) == ([], False)
    assert (await admin.get("/sync/plans", offset=-1)).status_code == 422


async def test_steps_tell_both_sides_and_the_reasons(admin: Caller, world: World) -> None:
    await dispute(world)
    world.gym.books.members.edit(ADA, {"last_name": "King"})
    cleo = world.enrol("Cleo")
    plan = await planned(admin)
    answer = (await admin.get(f"/sync/plans/{plan}/steps")).json()
    assert answer["count"] == 3
    steps = {step["external_id"]: step for step in answer["steps"] if step["kind"] == "member"}
    fields = {field["field"]: field for field in steps[ADA]["fields"]}
    assert fields.keys() == {"last_name", "phone"}
    name, phone = fields["last_name"], fields["phone"]
    assert (name["base"], name["ours"], name["theirs"], name["value"]) == ("Byron", "Byron", "King", "King")
    assert (name["side"], name["rule"], name["reason"]) == (
        "theirs",
        "only_theirs_changed",
        "only the provider changed it",
    )
    assert (phone["side"], phone["ours"], phone["theirs"], phone["value"]) == ("neither", HERE, THERE, None)
    assert (steps[cleo]["action"], steps[cleo]["ours"]) == ("create_here", None)
    assert steps[cleo]["theirs"]["first_name"] == "Cleo"
    assert [step["number"] for step in answer["steps"]] == [0, 1, 2]


async def test_steps_are_paged(admin: Caller, world: World) -> None:
    for number in range(3):
        world.enrol(f"M{number}")
    plan = await planned(admin)
    everything = (await admin.get(f"/sync/plans/{plan}/steps")).json()
    assert everything["count"] == len(everything["steps"]) == 6
    paged = []
    for offset in (0, 2, 4, 6):
        answer = (await admin.get(f"/sync/plans/{plan}/steps", limit=2, offset=offset)).json()
        assert answer["count"] == 6
        paged += answer["steps"]
    assert paged == everything["steps"]
    for query in ({"limit": 0}, {"limit": 201}, {"offset": -1}, {"offset": 10**20}, {"start": 1}):
        assert (await admin.get(f"/sync/plans/{plan}/steps", **query)).status_code == 422


async def test_plans_are_listed_latest_first(admin: Caller, world: World) -> None:
    plans = list[str]()
    for number in range(3):
        world.enrol(f"M{number}")
        plans.insert(0, await planned(admin))
    listed = (await admin.get("/sync/plans", limit=2)).json()
    assert [plan["id"] for plan in listed["plans"]] == plans[:2]
    assert listed["has_more"] is True
    assert (await admin.get("/sync/plans", limit=3)).json()["has_more"] is False
    of_account = (await admin.get("/sync/plans", account_id=str(world.account.id))).json()
    assert len(of_account["plans"]) == 3
    assert (await admin.get("/sync/plans", account_id=str(world.south_account.id))).status_code == 404
    assert (await admin.get("/sync/plans", account_id="x")).status_code == 422
    applied = (await admin.get("/sync/plans", state="planned", limit=9)).json()["plans"]
    assert {plan["state"] for plan in applied} == {"planned"}
    assert (await admin.get("/sync/plans", state="held")).json()["plans"] == []
    assert (await admin.get("/sync/plans", state="foo")).status_code == 422


async def test_a_plan_that_a_guard_holds_is_let_through_by_a_person_only(admin: Caller, world: World) -> None:
    await empty_the_gym(world)
    held = (await admin.post("/sync/members", {"force": True})).json()["runs"][0]
    assert held["state"] == "held"
    before = (await admin.get("/members", limit=200)).json()["count"]
    refused = await admin.post(f"/sync/plans/{held['plan_id']}/apply", {"accept_guard": False})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_held")
    assert refused.headers["content-type"] == "application/problem+json"
    assert "8 of 10 records would be deleted" in refused.json()["detail"]
    assert refused.json()["detail"].endswith('; {"accept_guard": true} lets it through')
    assert (await admin.get("/members", limit=200)).json()["count"] == before
    applied = await admin.post(f"/sync/plans/{held['plan_id']}/apply", {"accept_guard": True})
    assert (applied.status_code, applied.json()["run"]["state"]) == (200, "completed")
    assert (await admin.get("/members", limit=200)).json()["count"] == before - 8
    shown = (await admin.get(f"/sync/plans/{held['plan_id']}")).json()["plan"]
    assert (shown["state"], shown["accepted_by"]) == ("applied", "admin@north.example")


async def test_whoever_may_only_run_lets_nothing_through(api: Api, world: World) -> None:
    await empty_the_gym(world)
    runner = api.with_key(await world.key(Scope.SYNC_RUN))
    held = (await runner.post("/sync/members", {"force": True})).json()["runs"][0]
    refused = await runner.post(f"/sync/plans/{held['plan_id']}/apply", {"accept_guard": True})
    assert refused.status_code == 403
    assert refused.json()["details"] == {"scope": "sync:decide"}
    assert (await runner.post(f"/sync/plans/{held['plan_id']}/apply")).json()["code"] == "plan_held"


async def test_a_plan_that_no_guard_holds_needs_nobodys_word(admin: Caller, world: World) -> None:
    world.enrol("Cleo")
    answer = await admin.post(f"/sync/plans/{await planned(admin)}/apply", {"accept_guard": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")


async def test_a_plan_is_stale_when_a_record_changed_since(admin: Caller, world: World) -> None:
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    plan = await planned(admin)
    await edit_here(world, last_name="King")
    answer = await admin.post(f"/sync/plans/{plan}/apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_stale")
    assert answer.json()["details"] == {"plan": plan, "kind": "members", "records": [ADA]}
    assert await name_of_ada(admin) == "Ada"
    assert (await admin.get(f"/sync/plans/{plan}")).json()["plan"]["state"] == "stale"


async def test_why_a_plan_is_stale_is_kept_with_it_and_with_the_run_that_was_refused(
    admin: Caller, world: World
) -> None:
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    plan = await planned(admin)
    assert (await admin.get(f"/sync/plans/{plan}")).json()["plan"]["reason"] is None
    await edit_here(world, last_name="King")
    await admin.post(f"/sync/plans/{plan}/apply")
    why = f"1 of its records changed here since, such as {ADA}; make a new plan"
    assert (await admin.get(f"/sync/plans/{plan}")).json()["plan"]["reason"] == why
    (run,) = (await admin.get("/sync/runs", state="skipped")).json()["runs"]
    assert run["reason"] == f"the plan is stale: {why}"
    assert (await admin.get(f"/sync/runs/{run['id']}")).json()["plan"]["reason"] == why
    again = (await admin.post(f"/sync/plans/{plan}/apply")).json()
    assert (again["code"], again["detail"]) == ("plan_stale", f"this plan is stale: {why}")


@pytest.mark.parametrize("body", [{"accept_guard": "yes"}, {"accept": True}, [], {"accept_guard": None}])
async def test_a_wish_that_makes_no_sense_applies_nothing(admin: Caller, world: World, body: object) -> None:
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    plan = await planned(admin)
    assert (await admin.post(f"/sync/plans/{plan}/apply", body)).status_code == 422
    assert (await admin.get(f"/sync/plans/{plan}")).json()["plan"]["state"] == "planned"
    assert await name_of_ada(admin) == "Ada"


@pytest.mark.parametrize("body", [{"whole": 1}, {"force": True}, {"account_id": "x"}])
async def test_a_plan_is_asked_for_properly_or_not_at_all(admin: Caller, body: object) -> None:
    assert (await admin.post("/sync/members/plan", body)).status_code == 422
    assert (await admin.get("/sync/runs", state="planned")).json()["runs"] == []


async def test_an_unknown_kind_or_plan_is_not_found(admin: Caller) -> None:
    assert (await admin.post("/sync/appointments/plan")).status_code == 404
    answer = await admin.get("/sync/plans/17")
    assert (answer.status_code, answer.json()["detail"]) == (404, "'17' is no id of a plan: ids are UUIDs")


async def test_viewers_see_plans_and_make_none(api: Api, admin: Caller, world: World) -> None:
    world.enrol("Cleo")
    plan, viewer = await planned(admin), api.as_("viewer")
    assert (await viewer.get(f"/sync/plans/{plan}/steps")).status_code == 200
    for path in ("/sync/members/plan", f"/sync/plans/{plan}/apply"):
        assert (await viewer.post(path)).status_code == 403


async def test_what_another_policy_would_have_done(admin: Caller, world: World) -> None:
    await dispute(world)
    world.gym.books.members.edit(ADA, {"last_name": "King"})
    plan = await planned(admin)
    ours = {"plan_id": plan, "policies": {"member": {"fields": {"phone": "ours"}}}}
    answer = await admin.post("/sync/what-if", ours)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["plan_id"], told["count"], told["trips"]) == (plan, 1, [])
    difference = told["differences"][0]
    assert (difference["external_id"], difference["differing"]) == (ADA, ["phone"])
    was, would = difference["was"]["fields"], difference["would_be"]["fields"]
    assert {f["field"]: f["side"] for f in was} == {"last_name": "theirs", "phone": "neither"}
    assert {f["field"]: f["side"] for f in would} == {"last_name": "theirs", "phone": "ours"}
    asked = {"fields": {"phone": "ask"}, "guards": {"conflicts": {"percent": 0, "at_least": 0}}}
    strict = (await admin.post("/sync/what-if", {"plan_id": plan, "policies": {"member": asked}})).json()
    assert [(trip["kind"], trip["guard"], trip["count"]) for trip in strict["trips"]] == [("member", "conflicts", 1)]
    assert (await admin.post("/sync/what-if", {"plan_id": plan})).json()["count"] == 0
    other = {"plan_id": plan, "policies": {"member": {"default": "ours"}}}
    assert (await admin.post("/sync/what-if", other)).json()["own_laws"] == {"member": {"phone": "ask", "city": "ask"}}
    assert told["own_laws"] == {}
    assert (await admin.get("/sync/policies/member")).json()["policy"]["laws"]["phone"] == "ask"
    run = (await admin.get("/sync/runs", state="planned")).json()["runs"][0]["id"]
    assert (await admin.post("/sync/what-if", {**ours, "plan_id": None, "run_id": run})).json() == told


@pytest.mark.parametrize(
    ("policies", "field"),
    [
        ({"members": {}}, "policies.members"),
        ({"member": {"fields": {"phone": "coin"}}}, "policies.member.fields.phone"),
        ({"member": {"fields": {"shoe": "ours"}}}, "policies.member.fields.shoe"),
        ({"member": {"laws": {}}}, "policies.member.laws"),
    ],
)
async def test_policies_that_make_no_sense_are_refused(
    admin: Caller, world: World, policies: object, field: str
) -> None:
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    answer = await admin.post("/sync/what-if", {"plan_id": await planned(admin), "policies": policies})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


async def test_exactly_one_run_or_plan_is_decided_anew(admin: Caller, world: World) -> None:
    world.enrol("Cleo")
    plan = await planned(admin)
    run = (await admin.get(f"/sync/plans/{plan}")).json()["plan"]["run_id"]
    for body in ({}, {"run_id": run, "plan_id": plan}):
        answer = await admin.post("/sync/what-if", body)
        assert (answer.status_code, answer.json()["detail"]) == (422, "name exactly one of run_id, plan_id")
    first_load = (await admin.get("/sync/runs", state="completed")).json()["runs"][-1]["id"]
    refused = await admin.post("/sync/what-if", {"run_id": first_load})
    assert (refused.status_code, refused.json()["detail"].partition(",")[0]) == (404, "this run was a first load")


async def test_a_plan_is_not_applied_while_another_process_syncs(admin: Caller, world: World) -> None:
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    plan = await planned(admin)
    world.sync_elsewhere("members")
    answer = await admin.post(f"/sync/plans/{plan}/apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "sync_running")
    assert answer.json()["details"] == {"account": str(world.account.id), "kind": "members", "plan": plan}
    assert (await admin.get(f"/sync/plans/{plan}")).json()["plan"]["state"] == "planned"
    assert await name_of_ada(admin) == "Ada"


async def test_a_plan_is_not_made_while_another_process_syncs(admin: Caller, world: World) -> None:
    world.attract("Cleo")
    world.sync_elsewhere("members")
    alone = await admin.post("/sync/members/plan")
    assert (alone.status_code, alone.json()["code"]) == (409, "sync_running")
    assert alone.json()["detail"] == (
        "another process is syncing this account now: no plan was made; try again when it is done"
    )
    both = await admin.post("/sync/all/plan")
    assert both.status_code == 200
    assert [(run["kind"], run["state"]) for run in both.json()["runs"]] == [
        ("members", "skipped"),
        ("leads", "planned"),
    ]
    synced = await admin.post("/sync/members", {"force": True})
    assert (synced.status_code, synced.json()["runs"][0]["state"]) == (200, "skipped")
