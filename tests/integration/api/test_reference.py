"""The documentation of the API is that of the API as it is."""

import json
import re

import pytest
from litestar.testing import AsyncTestClient
from tests.world import World

from tresen.domain.identity.role import Scope
from tresen.domain.jobs.job import JobRequest
from tresen.entrypoints.api.app import ApiSettings, create_api

from .conftest import Api, Caller, first_id
from .disputes import keep_some
from .reference import EXAMPLES, PAGE, QUERIES, current, routes


async def test_the_reference_page_is_made_from_the_routes() -> None:
    """When this fails: ``python -m tests.integration.api.reference``."""
    assert PAGE.read_text(encoding="utf-8") == await current()


async def test_the_page_tells_what_each_route_takes_in_its_query(api: Api) -> None:
    paths = (await api.client.get("/schema")).json()["paths"]
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if " | `/api/v1/" in line]
    told = {(row[0].strip("| ").lower(), row[1].strip("`")): set(re.findall("`(.*?)`", row[2])) for row in rows}
    assert told == {
        (method, path): {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        for path, methods in paths.items()
        if path.startswith("/api/v1/")
        for method, operation in methods.items()
    }
    assert told["get", "/api/v1/memberships"] == {"limit", "offset", "status", "member_id"}


def test_every_route_tells_its_purpose(api: Api) -> None:
    assert [path for path, _, handler in routes(api.client.app) if not handler.summary] == []


def test_every_route_that_writes_has_an_example(api: Api) -> None:
    writing = {f"{m} {p}" for p, m, _ in routes(api.client.app) if p.startswith("/api/v1") and m != "GET"}
    assert writing == EXAMPLES.keys()


async def schedule_ids(admin: Caller) -> dict[str, str]:
    """By name."""
    return {str(s["name"]): str(s["id"]) for s in (await admin.get("/schedules")).json()["schedules"]}


async def ids_of(admin: Caller) -> dict[str, str]:
    """What stands for the ids of the examples."""
    member = await first_id(admin, "/members", "members")
    return {
        "{lead_id}": await first_id(admin, "/leads", "leads"),
        "{member_id}": member,
        "{membership_id}": await first_id(admin, f"/members/{member}/memberships", "memberships"),
        "{key_id}": await first_id(admin, "/api-keys", "api_keys"),
        "{task_id}": await first_id(admin, "/staff-tasks", "staff_tasks"),
        "{account_id}": await first_id(admin, "/provider-accounts", "provider_accounts"),
        "{job_id}": await first_id(admin, "/jobs", "jobs"),
        "{schedule_id}": (await schedule_ids(admin))["sync_members_auto"],
        "{delivery_id}": await first_id(admin, "/webhook-deliveries", "webhook_deliveries"),
        "{kind}": "members",
        "{record_kind}": "member",
    }


async def sync_ids(admin: Caller, world: World) -> dict[str, str]:
    """What a sync keeps."""
    kept = await keep_some(admin, world)
    return {
        "{conflict_id}": kept.conflict,
        "{plan_id}": kept.plan,
        "{run_id}": kept.run,
        "{change_id}": kept.change,
        "{record_id}": kept.record,
    }


async def prepare(route: str, caller: Caller, ids: dict[str, str]) -> None:
    """Some can be done only after another."""
    if route.endswith("/reopen"):
        done = await caller.post(f"/conflicts/{ids['{conflict_id}']}/resolve", {"choice": "ours"})
        assert done.status_code == 200
    if route.endswith("/overrides"):
        assert (await caller.post("/sync/undo", {"change_id": ids["{change_id}"]})).status_code == 200


async def endpoint_ids(admin: Caller, *, disabled: bool) -> dict[str, str]:
    """An endpoint with a message that was cancelled."""
    made = await admin.post("/webhook-endpoints", {"name": "books", "url": "https://books.example.com/"})
    endpoint = made.json()["webhook_endpoint"]["id"]
    sent = await admin.post(f"/webhook-endpoints/{endpoint}/test")
    for word in ("disable",) if disabled else ("disable", "enable"):
        assert (await admin.post(f"/webhook-endpoints/{endpoint}/{word}")).status_code == 200
    return {"{endpoint_id}": endpoint, "{message_id}": sent.json()["message"]["id"]}


@pytest.mark.parametrize("route", EXAMPLES)
async def test_every_example_works(api: Api, world: World, route: str) -> None:
    owner = api.as_("owner")
    world.change_account(world.account.id, writes_enabled=False)
    lead = {"first_name": "Bo", "last_name": "Lund", "email": "bo@example.org"}
    assert (await owner.post("/leads", lead)).status_code == 202
    world.change_account(world.account.id, writes_enabled=True, settings={})
    await world.key(Scope.MEMBERS_READ)
    await world.dead_job(JobRequest(kind="sync_members"))
    world.dead_delivery()
    method, _, path = route.partition(" ")
    ids = {
        **await ids_of(owner),
        **await endpoint_ids(owner, disabled=route.endswith("{endpoint_id}/enable")),
        **await sync_ids(owner, world),
    }
    await prepare(route, owner, ids)
    path, text = f"{path}?{QUERIES.get(route, '')}", json.dumps(EXAMPLES[route])
    for name, value in ids.items():
        path, text = path.replace(name, value), text.replace(name, value)
    body = json.loads(text)
    if route == "POST /api/v1/provider-accounts":
        assert body is not None
        # The provider of these tests, which has no settings.
        body = {**body, "provider": "memory", "name": "second", "base_url": "memory://north", "settings": {}}
    if route == "PATCH /api/v1/provider-accounts/{account_id}":
        body = {**body, "settings": {}}
    headers = {} if route.endswith("/login") else owner.headers
    answer = await api.client.request(method, path, json=body, headers=headers)
    assert answer.status_code in {200, 201, 204}, answer.text


async def test_the_description_for_machines_shows_the_bodies(api: Api) -> None:
    answer = await api.client.get("/schema")
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    operation = answer.json()["paths"]["/api/v1/leads"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = answer.json()["components"]["schemas"][reference.rpartition("/")[2]]
    assert {"first_name", "last_name", "email", "interested_in"} <= schema["properties"].keys()
    assert (await api.client.get("/schema/openapi.json")).json() == answer.json()


async def test_the_description_can_be_switched_off(world: World) -> None:
    async with AsyncTestClient(create_api(world.use_cases, ApiSettings(docs=False))) as client:
        assert (await client.get("/schema")).status_code == 404
