"""Jobs through the API."""

import pytest
from tests.world import SOUTH, World

from tresen.domain.identity.role import Scope
from tresen.domain.jobs.job import JobRequest

from .conftest import Api, Caller

MAIL = JobRequest(kind="mail", payload={"member": "1"}, key="mail:1", lane="member:1", priority=5)


async def test_a_job_is_shown_in_full(world: World, admin: Caller) -> None:
    job_id = await world.job(MAIL)
    answer = await admin.get(f"/jobs/{job_id}")
    assert answer.status_code == 200
    assert answer.json()["job"] == {
        "id": job_id,
        "kind": "mail",
        "payload": {"member": "1"},
        "status": "queued",
        "key": "mail:1",
        "lane": "member:1",
        "priority": 5,
        "run_at": "2026-03-02T12:00:00Z",
        "attempts": 0,
        "last_error": None,
        "correlation_id": None,
        "created_at": "2026-03-02T12:00:00Z",
    }
    assert (await admin.get("/jobs")).json() == {"jobs": [answer.json()["job"]], "count": 1}


async def test_jobs_are_filtered_ordered_and_paged(world: World, admin: Caller) -> None:
    dead = await world.dead_job(JobRequest(kind="sync", priority=1))
    low, high = [await world.job(JobRequest(kind="mail", priority=n)) for n in (-3, 3)]

    async def ids(**query: str | int) -> list[str]:
        answer = await admin.get("/jobs", **query)
        assert answer.status_code == 200
        return [job["id"] for job in answer.json()["jobs"]]

    assert await ids() == [dead, low, high]
    assert await ids(status="dead") == [dead]
    assert await ids(status="running") == []
    assert await ids(q="AI") == [low, high]
    assert await ids(orderBy="priority", order="desc") == [high, dead, low]
    assert await ids(limit=1, offset=1) == [low]
    assert (await admin.get("/jobs", limit=1)).json()["count"] == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "done"}, "status"),
        ({"status": "ready"}, "status"),
        ({"status": ""}, "status"),
        ({"orderBy": "payload"}, "orderBy"),
        ({"orderBy": "created_at; DROP TABLE job"}, "orderBy"),
        ({"order": "up"}, "order"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"offset": -1}, "offset"),
        ({"q": "x" * 201}, "q"),
        ({"q": "\x00"}, "q"),
        ({"state": "dead"}, "state"),
    ],
    ids=str,
)
async def test_what_makes_no_sense_names_the_field(admin: Caller, query: dict[str, str], field: str) -> None:
    answer = await admin.get("/jobs", **query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_a_dead_job_is_retried_once(world: World, admin: Caller) -> None:
    job_id = await world.dead_job(MAIL)
    job = (await admin.get(f"/jobs/{job_id}")).json()["job"]
    assert (job["status"], job["attempts"], job["last_error"]) == ("dead", 1, "provider_unavailable: no answer")
    retried = await admin.post(f"/jobs/{job_id}/retry")
    assert retried.status_code == 200
    assert (retried.json()["job"]["status"], retried.json()["job"]["attempts"]) == ("queued", 0)
    again = await admin.post(f"/jobs/{job_id}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_a_job_is_not_retried_beside_its_successor(world: World, admin: Caller) -> None:
    job_id = await world.dead_job(MAIL)
    await world.job(MAIL)
    answer = await admin.post(f"/jobs/{job_id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
    assert (await admin.get(f"/jobs/{job_id}")).json()["job"]["status"] == "dead"


async def test_a_job_is_cancelled_and_gone(world: World, admin: Caller) -> None:
    for job_id in (await world.dead_job(MAIL), await world.job(MAIL)):
        answer = await admin.post(f"/jobs/{job_id}/cancel")
        assert answer.status_code == 200
        assert answer.json()["job"]["id"] == job_id
        assert (await admin.get(f"/jobs/{job_id}")).status_code == 404
        assert (await admin.post(f"/jobs/{job_id}/cancel")).status_code == 404
    assert (await admin.get("/jobs")).json()["count"] == 0


@pytest.mark.parametrize("key", ["0", "999", "-1", "1.5", "nonsense", "%00", "%C2%B2", "9" * 300, "1;DROP", "..%2F1"])
async def test_an_id_that_is_none_is_not_found(world: World, admin: Caller, key: str) -> None:
    await world.job(MAIL)
    assert (await admin.get(f"/jobs/{key}")).status_code == 404
    for verb in ("retry", "cancel"):
        assert (await admin.post(f"/jobs/{key}/{verb}")).status_code == 404


async def test_another_tenants_job_is_not_found(api: Api, world: World, admin: Caller) -> None:
    theirs = await world.dead_job(MAIL, SOUTH)
    path = f"/jobs/{theirs}"
    answers = [await admin.get(path), *[await admin.post(f"{path}/{verb}") for verb in ("retry", "cancel")]]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (await admin.get("/jobs")).json()["count"] == 0
    assert (await api.as_("admin", SOUTH).get(path)).json()["job"]["status"] == "dead"


async def test_jobs_are_for_admins_and_for_keys_that_may(api: Api, world: World) -> None:
    job_id = await world.job(MAIL)
    assert (await api.as_("adviser").get("/jobs")).status_code == 403
    reader = api.with_key(await world.key(Scope.JOBS_READ))
    assert (await reader.get(f"/jobs/{job_id}")).status_code == 200
    assert (await reader.post(f"/jobs/{job_id}/cancel")).status_code == 403
    writer = api.with_key(await world.key(Scope.JOBS_WRITE))
    assert (await writer.get("/jobs")).status_code == 403
    assert (await writer.post(f"/jobs/{job_id}/cancel")).status_code == 200
