"""Running syncs and asking how they stand."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from tests.builders import NOON, a_run
from tests.unit.application.stirring import stir
from tests.world import World

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.run import RunState

from .conftest import Api, Caller
from .disputes import dispute, empty_the_gym


async def test_a_run_within_the_hour_is_skipped_unless_forced(admin: Caller, world: World) -> None:
    skipped = await admin.post("/sync/members")
    assert skipped.status_code == 200
    assert [(r["kind"], r["state"]) for r in skipped.json()["runs"]] == [("members", "skipped")]
    assert "less than an hour ago" in skipped.json()["runs"][0]["reason"]
    world.enrol("Cleo")
    forced = (await admin.post("/sync/members", {"force": True})).json()["runs"][0]
    assert (forced["state"], forced["forced"]) == ("completed", True)
    assert forced["counts"] == {
        "created": 2,
        "updated": 0,
        "unchanged": 4,
        "errors": 0,
        "deleted": 0,
        "pushed": 0,
        "conflicts": 0,
        "refused": 0,
        "dropped": 0,
    }
    world.clock.advance(timedelta(hours=1))
    assert (await admin.post("/sync/members", {})).json()["runs"][0]["state"] == "completed"


async def test_all_means_members_and_leads_of_every_account(admin: Caller) -> None:
    answer = (await admin.post("/sync/all", {"force": True})).json()
    assert [(r["kind"], r["state"]) for r in answer["runs"]] == [("members", "completed"), ("leads", "completed")]
    assert answer["count"] == 2


@pytest.mark.parametrize("door", ["/sync/all", "/sync/all/plan"])
async def test_all_accounts_are_asked_side_by_side(admin: Caller, world: World, door: str) -> None:
    """No listing goes on unless both are asked at the same time."""
    second = {"provider": "memory", "name": "second", "base_url": "memory://north", "api_key": "k"}
    assert (await admin.post("/provider-accounts", second)).status_code == 201
    world.clock.advance(timedelta(hours=1))
    both = asyncio.Barrier(2)
    stir(world.gym, "member", lambda: asyncio.wait_for(both.wait(), 5))
    runs = (await admin.post(door, {})).json()["runs"]
    assert [run["kind"] for run in runs] == ["members", "leads"] * 2
    assert not {run["state"] for run in runs} & {"failed", "skipped"}
    accounts = [run["account_id"] for run in runs]
    assert accounts[0] == accounts[1] != accounts[2] == accounts[3]


async def test_one_account_can_be_named(admin: Caller, world: World) -> None:
    body = {"force": True, "account_id": str(world.account.id)}
    assert [r["account_id"] for r in (await admin.post("/sync/leads", body)).json()["runs"]] == [str(world.account.id)]


async def test_a_failed_run_is_an_answer(admin: Caller, world: World) -> None:
    world.gym.faults.outage = GatewayUnavailable("the gym is closed")
    answer = await admin.post("/sync/members", {"force": True})
    assert answer.status_code == 200
    run = answer.json()["runs"][0]
    assert (run["state"], run["reason"]) == ("failed", "the gym is closed")
    status = (await admin.get("/sync/status")).json()
    assert status["total_errors"] == 1
    assert status["recent_errors"][0]["message"] == "the gym is closed"


async def test_the_status_has_the_seeds_keys(admin: Caller) -> None:
    """W45."""
    assert (await admin.get("/sync/status")).json() == {
        "last_sync_members": "2026-03-02T12:00:00Z",
        "last_sync_leads": "2026-03-02T12:00:00Z",
        "never_synced_members": [],
        "never_synced_leads": [],
        "recent_errors": [],
        "total_errors": 0,
        "wodify_configured": True,
    }


async def test_never_synced_is_null(api: Api) -> None:
    status = (await api.as_("admin", "south").get("/sync/status")).json()
    assert status["last_sync_members"] is None
    assert status["last_sync_leads"] is None
    assert status["never_synced_members"] == status["never_synced_leads"] == ["memory/main"]


async def test_one_account_that_never_synced_hides_nothing(admin: Caller) -> None:
    await admin.post(
        "/provider-accounts", {"provider": "memory", "name": "two", "base_url": "memory://south", "api_key": "k"}
    )
    status = (await admin.get("/sync/status")).json()
    assert status["last_sync_members"] == status["last_sync_leads"] == "2026-03-02T12:00:00Z"
    assert status["never_synced_members"] == status["never_synced_leads"] == ["memory/two"]


async def test_runs_are_listed_newest_first(admin: Caller, world: World) -> None:
    world.clock.advance(timedelta(hours=2))
    await admin.post("/sync/leads")
    listed = (await admin.get("/sync/runs", limit=2)).json()
    assert listed["runs"][0]["kind"] == "leads"
    assert (len(listed["runs"]), listed["has_more"]) == (2, True)
    assert "count" not in listed
    everything = (await admin.get("/sync/runs", limit=3)).json()
    assert (len(everything["runs"]), everything["has_more"]) == (3, False)


async def test_every_run_can_be_reached(admin: Caller, world: World) -> None:
    old = [a_run(world.account, started_at=NOON - timedelta(days=1, minutes=n), kind="push") for n in range(250)]

    async def add(uow: UnitOfWork) -> None:
        for each in old:
            await uow.runs.add(each)

    await world.transactions.run(world.north.id, "test", add)
    told: list[str] = []
    for offset in (0, 200):
        answer = (await admin.get("/sync/runs", kind="push", limit=200, offset=offset)).json()
        assert answer["has_more"] is (offset == 0)
        told += [run["id"] for run in answer["runs"]]
    assert told == [str(each.id) for each in old]
    beyond = (await admin.get("/sync/runs", kind="push", offset=250)).json()
    assert beyond == {"runs": [], "has_more": False}


async def test_a_run_tells_how_long_it_took(admin: Caller, world: World) -> None:
    done, dead, going = (a_run(world.account, kind="push", started_at=NOON + timedelta(n)) for n in range(3))
    done.finish(RunState.COMPLETED, now=done.started_at + timedelta(seconds=90, microseconds=1_499))
    dead.finish(RunState.INTERRUPTED, now=dead.started_at + timedelta(hours=9))

    async def add(uow: UnitOfWork) -> None:
        for each in (done, dead, going):
            await uow.runs.add(each)

    await world.transactions.run(world.north.id, "test", add)
    listed = (await admin.get("/sync/runs", kind="push")).json()["runs"]
    assert [(run["id"], run["duration_s"]) for run in listed] == [
        (str(going.id), None),
        (str(dead.id), None),
        (str(done.id), 90.001),
    ]
    assert (await admin.get(f"/sync/runs/{done.id}")).json()["run"]["duration_s"] == 90.001


async def test_runs_are_filtered_by_account_kind_and_state(admin: Caller, world: World) -> None:
    await admin.post("/sync/members")
    await admin.post("/sync/leads/plan")

    async def found(**query: str) -> set[tuple[str, str]]:
        answer = await admin.get("/sync/runs", **query)
        return {(run["kind"], run["state"]) for run in answer.json()["runs"]}

    assert await found(state="skipped") == {("members", "skipped")}
    assert await found(kind="leads") == {("leads", "completed"), ("leads", "planned")}
    assert await found(kind="leads", state="planned", account_id=str(world.account.id)) == {("leads", "planned")}
    assert (await admin.get("/sync/runs", account_id=str(world.south_account.id))).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("state", "gone"), ("kind", "goats"), ("account_id", "x"), ("limit", "0"), ("offset", "-1"), ("q", "x")],
)
async def test_runs_are_asked_for_properly_or_not_at_all(admin: Caller, name: str, value: str) -> None:
    answer = await admin.get("/sync/runs", **{name: value})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [name]


async def test_one_run_tells_its_errors_and_what_its_guards_said(admin: Caller, world: World) -> None:
    world.gym.books.members.spoil(world.enrol("Cleo"))
    run = (await admin.post("/sync/members", {"force": True})).json()["runs"][0]
    shown = (await admin.get(f"/sync/runs/{run['id']}")).json()
    assert shown["run"] == run
    assert len(shown["errors"]) == run["counts"]["errors"] > 0
    assert {error["run_id"] for error in shown["errors"]} == {run["id"]}
    await empty_the_gym(world)
    held = (await admin.post("/sync/members", {"force": True})).json()["runs"][0]
    assert held["state"] == "held"
    plan = (await admin.get(f"/sync/runs/{held['id']}")).json()["plan"]
    assert (plan["id"], plan["state"]) == (held["plan_id"], "held")
    assert [trip["guard"] for part in plan["parts"] for trip in part["trips"]] == ["deleted"] * 2


async def test_everything_is_listed_when_that_is_asked_for(admin: Caller, world: World) -> None:
    world.gym.faults.calls.clear()
    await admin.post("/sync/members", {"force": True})
    changes = list(world.gym.faults.calls)
    world.gym.faults.calls.clear()
    await admin.post("/sync/members", {"force": True, "whole": True})
    assert world.gym.faults.calls != changes


async def test_states_tell_how_every_sync_stands(api: Api, admin: Caller, world: World) -> None:
    await dispute(world)
    world.clock.advance(timedelta(minutes=5))
    answer = (await admin.get("/sync/states")).json()
    assert [one["kind"] for one in answer["states"]] == ["member", "membership", "lead"]
    assert answer["count"] == 3
    member = answer["states"][0]
    assert (member["linked"], member["open_conflicts"], member["waiting_pushes"]) == (2, 1, 0)
    assert (member["phase"], member["credential_state"], member["account"]) == ("idle", "ok", "main")
    assert (member["last_success"], member["lag_s"], member["cursor_age_s"]) == ("2026-03-02T12:00:00Z", 300, 300)
    assert "cursor" not in member
    south = (await api.as_("viewer", "south").get("/sync/states")).json()["states"]
    assert {(one["account_id"], one["lag_s"], one["linked"]) for one in south} == {
        (str(world.south_account.id), None, 0)
    }
    world.change_account(world.account.id, credentials=None)
    assert (await admin.get("/sync/states")).json()["states"][0]["credential_state"] == "missing"


@pytest.mark.parametrize("body", [{"force": "true"}, {"force": 1}, {"forced": True}, {"account_id": "x"}, []])
async def test_a_wish_that_makes_no_sense_is_refused(admin: Caller, body: object) -> None:
    assert (await admin.post("/sync/all", body)).status_code == 422


async def test_an_unknown_kind_is_not_found(admin: Caller) -> None:
    assert (await admin.post("/sync/appointments")).status_code == 404


async def test_a_tenant_without_an_account_is_told_to_connect_one(api: Api) -> None:
    room = api.world.store.room(api.world.south.id)
    room.accounts = type(room.accounts)(room.accounts.copy, room.accounts.groupings)
    answer = await api.as_("admin", "south").post("/sync/all")
    assert answer.status_code == 409
    assert answer.json()["code"] == "not_configured"
    assert (await api.as_("admin", "south").get("/sync/status")).json()["wodify_configured"] is False


async def test_viewers_see_the_status_and_do_not_sync(api: Api) -> None:
    viewer = api.as_("viewer")
    assert (await viewer.get("/sync/status")).status_code == 200
    assert (await viewer.post("/sync/all")).status_code == 403


@pytest.mark.parametrize("path", ["/conflicts", "/sync/runs", "/sync/plans", "/sync/policies/member"])
async def test_an_account_that_there_is_not_is_not_found(admin: Caller, world: World, path: str) -> None:
    assert (await admin.get(path, account_id=str(world.account.id))).status_code == 200
    for nobodys in (world.south_account.id, UUID(int=7)):
        answer = await admin.get(path, account_id=str(nobodys))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
        decided = await admin.post("/conflicts/resolve", {"choice": "ours", "account_id": str(nobodys)})
        assert (decided.status_code, decided.json()["code"]) == (404, "not_found")
