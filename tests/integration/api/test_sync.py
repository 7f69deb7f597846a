"""Running syncs and asking how they stand."""

from datetime import timedelta

import pytest
from tests.world import World

from tresen.domain.shared.errors import GatewayUnavailable

from .conftest import Api, Caller


async def test_a_run_within_the_hour_is_skipped_unless_forced(admin: Caller, world: World) -> None:
    skipped = await admin.post("/sync/members")
    assert skipped.status_code == 200
    assert [(r["kind"], r["state"]) for r in skipped.json()["runs"]] == [("members", "skipped")]
    assert "less than an hour ago" in skipped.json()["runs"][0]["reason"]
    world.enrol("Cleo")
    forced = (await admin.post("/sync/members", {"force": True})).json()["runs"][0]
    assert (forced["state"], forced["forced"]) == ("completed", True)
    assert forced["counts"] == {"created": 2, "updated": 0, "unchanged": 4, "errors": 0}
    world.clock.advance(timedelta(hours=1))
    assert (await admin.post("/sync/members", {})).json()["runs"][0]["state"] == "completed"


async def test_all_means_members_and_leads_of_every_account(admin: Caller) -> None:
    answer = (await admin.post("/sync/all", {"force": True})).json()
    assert [(r["kind"], r["state"]) for r in answer["runs"]] == [("members", "completed"), ("leads", "completed")]
    assert answer["count"] == 2


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
        "recent_errors": [],
        "total_errors": 0,
        "wodify_configured": True,
    }


async def test_never_synced_is_null(api: Api) -> None:
    status = (await api.as_("admin", "south").get("/sync/status")).json()
    assert status["last_sync_members"] is None
    assert status["last_sync_leads"] is None


async def test_runs_are_listed_newest_first(admin: Caller, world: World) -> None:
    world.clock.advance(timedelta(hours=2))
    await admin.post("/sync/leads")
    listed = (await admin.get("/sync/runs", limit=2)).json()
    assert listed["runs"][0]["kind"] == "leads"
    assert (len(listed["runs"]), listed["has_more"]) == (2, True)
    assert "count" not in listed
    everything = (await admin.get("/sync/runs", limit=3)).json()
    assert (len(everything["runs"]), everything["has_more"]) == (3, False)


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
