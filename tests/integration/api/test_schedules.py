"""Schedules through the API."""

import pytest
from tests.world import SOUTH, World

from tresen.domain.identity.role import Scope

from .conftest import Api, Caller

NEW = {"name": "clean up", "kind": "sync_members", "every_s": 3600}


async def id_of(caller: Caller, name: str) -> str:
    return next(str(s["id"]) for s in (await caller.get("/schedules")).json()["schedules"] if s["name"] == name)


async def test_the_first_schedules_are_listed_with_their_state(admin: Caller) -> None:
    answer = await admin.get("/schedules")
    assert answer.status_code == 200
    body = answer.json()
    assert body["count"] == len(body["schedules"]) == 7
    by_name = {s["name"]: s for s in body["schedules"]}
    members, orders = by_name["sync_members_auto"], by_name["sync_orders_auto"]
    assert (members["status"], members["every_s"], members["cron"], members["reason"]) == ("active", 21_600, None, None)
    assert members["next_at"] == "2026-03-02T18:00:00Z"
    assert (orders["status"], orders["reason"]) == ("disabled", "no use case for orders yet")
    assert orders["next_at"] is None
    availability = by_name["availability-cron"]
    assert (availability["cron"], availability["zone"]) == ("0 5-14 * * 1-5", "UTC")


async def test_one_is_shown_paused_and_resumed(admin: Caller) -> None:
    path = f"/schedules/{await id_of(admin, 'sync_members_auto')}"
    assert (await admin.get(path)).json()["schedule"]["status"] == "active"
    for _ in range(2):
        paused = await admin.post(f"{path}/pause")
        assert paused.status_code == 200
        schedule = paused.json()["schedule"]
        assert (schedule["status"], schedule["next_at"]) == ("paused", None)
    resumed = (await admin.post(f"{path}/resume")).json()["schedule"]
    assert (resumed["status"], resumed["paused_at"], resumed["next_at"]) == ("active", None, "2026-03-02T18:00:00Z")


async def test_a_run_is_asked_for_once(admin: Caller) -> None:
    path = f"/schedules/{await id_of(admin, 'sync_members_auto')}/run"
    answer = await admin.post(path)
    assert answer.status_code == 201
    assert answer.json()["job_id"]
    again = await admin.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_a_disabled_one_cannot_be_run_and_says_why(admin: Caller) -> None:
    answer = await admin.post(f"/schedules/{await id_of(admin, 'sync_orders_auto')}/run")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_configured")
    assert "no use case for orders yet" in answer.json()["message"]


async def test_ones_own_is_made_changed_and_deleted(admin: Caller) -> None:
    created = await admin.post("/schedules", {**NEW, "payload": {"only": "x"}})
    assert created.status_code == 201
    schedule = created.json()["schedule"]
    assert (schedule["payload"], schedule["version"], schedule["zone"]) == ({"only": "x"}, 1, None)
    path = f"/schedules/{schedule['id']}"
    change = {"cron": "30 2 * * *", "zone": "Europe/Berlin", "version": 1}
    changed = await admin.patch(path, change)
    assert changed.status_code == 200
    schedule = changed.json()["schedule"]
    assert (schedule["every_s"], schedule["cron"], schedule["zone"]) == (None, "30 2 * * *", "Europe/Berlin")
    assert schedule["next_at"] == "2026-03-03T01:30:00Z"
    stale = await admin.patch(path, change)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    deleted = await admin.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await admin.get(path)).status_code == 404
    assert (await admin.delete(path)).status_code == 404


BAD = [
    ({"every_s": 0}, "every_s"),
    ({"every_s": -3600}, "every_s"),
    ({"every_s": 10**12}, "every_s"),
    ({"every_s": 1.5}, "every_s"),
    ({"every_s": "3600"}, "every_s"),
    ({"every_s": True}, "every_s"),
    ({"cron": "0 25 * * *"}, "cron"),
    ({"cron": "every day"}, "cron"),
    ({"cron": "0 0 30 2 *"}, "cron"),
    ({"cron": "0 0 * * *\x00"}, "cron"),
    ({"cron": ""}, "cron"),
    ({"cron": "0 0 * * *", "zone": "Europe/Atlantis"}, "zone"),
    ({"cron": "0 0 * * *", "zone": "../../etc/passwd"}, "zone"),
    ({"cron": "0 0 * * *", "zone": ""}, "zone"),
    ({"every_s": 60, "zone": "UTC"}, "zone"),
    ({"every_s": 60, "cron": "0 0 * * *"}, "cron"),
    ({"every_s": 60, "name": " "}, "name"),
    ({"every_s": 60, "name": "x" * 101}, "name"),
    ({"every_s": 60, "payload": {"a": 1}}, "payload"),
    ({"every_s": 60, "payload": {str(n): "" for n in range(21)}}, "payload"),
    ({"every_s": 60, "paused": True}, "paused"),
]


@pytest.mark.parametrize(("values", "field"), BAD, ids=lambda v: str(v)[:40])
async def test_what_makes_no_sense_names_the_field(admin: Caller, values: dict[str, object], field: str) -> None:
    """Neither made nor taken as a change."""
    made = await admin.post("/schedules", {"name": "x", "kind": "sync_members", **values})
    path = f"/schedules/{await id_of(admin, 'availability-cron')}"
    before = (await admin.get(path)).json()
    changed = await admin.patch(path, values)
    for answer in (made, changed):
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"].startswith(field)
    assert (await admin.get(path)).json() == before
    assert (await admin.get("/schedules")).json()["count"] == 7


async def test_a_timing_must_be_said_and_a_change_too(admin: Caller) -> None:
    assert (await admin.post("/schedules", {"name": "x", "kind": "sync_members"})).status_code == 422
    assert (await admin.post("/schedules", {"name": "x", "kind": " ", "every_s": 60})).status_code == 422
    path = f"/schedules/{await id_of(admin, 'sync_members_auto')}"
    assert (await admin.patch(path, {})).status_code == 422
    assert (await admin.patch(path, {"zone": "Europe/Berlin"})).status_code == 422
    assert (await admin.patch(path, {"every_s": None})).status_code == 422


async def test_a_kind_that_nobody_has_is_refused_with_those_that_there_are(admin: Caller) -> None:
    answer = await admin.post("/schedules", {**NEW, "kind": "sync_orders"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "kind")
    assert "known are sync_leads, sync_members" in answer.json()["detail"]
    assert (await admin.get("/schedules")).json()["count"] == 7


async def test_a_name_is_taken_once(admin: Caller) -> None:
    assert (await admin.post("/schedules", {**NEW, "name": "sync_members_auto"})).status_code == 409


async def test_another_tenants_schedule_is_not_found(api: Api, admin: Caller) -> None:
    theirs = await id_of(api.as_("admin", SOUTH), "sync_members_auto")
    path = f"/schedules/{theirs}"
    answers = [
        await admin.get(path),
        await admin.patch(path, {"name": "mine"}),
        await admin.delete(path),
        *[await admin.post(f"{path}/{verb}") for verb in ("run", "pause", "resume")],
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert (await api.as_("admin", SOUTH).get(path)).json()["schedule"]["version"] == 1


@pytest.mark.parametrize("path", ["/schedules/1", "/schedules/%00", "/schedules/sync_members_auto"])
async def test_an_id_that_is_none_is_not_found(admin: Caller, path: str) -> None:
    assert (await admin.get(path)).status_code == 404


async def test_schedules_are_for_admins_and_for_keys_that_may(api: Api, world: World) -> None:
    assert (await api.as_("adviser").get("/schedules")).status_code == 403
    reader = api.with_key(await world.key(Scope.SCHEDULES_READ))
    assert (await reader.get("/schedules")).status_code == 200
    assert (await reader.post("/schedules", NEW)).status_code == 403
