"""What belongs to one tenant does not exist for another."""

import json
import re

import pytest
from tests.world import SOUTH

from tresen.domain.identity.role import Scope
from tresen.domain.jobs.job import JobRequest
from tresen.entrypoints.api.access import access_of

from .conftest import Api, first_id
from .reference import EXAMPLES, routes
from .test_reference import endpoint_ids, ids_of, sync_ids

_IDS = re.compile(r"\{\w+\}")
SOME_LEAD = {"first_name": "Lin", "last_name": "Ott", "email": "lin@example.org"}


async def test_lists_show_only_the_own_tenants_records(api: Api) -> None:
    south = api.as_("owner", SOUTH)
    for path, name in [("/members", "members"), ("/leads", "leads"), ("/staff-tasks", "staff_tasks")]:
        assert (await south.get(path)).json() == {name: [], "count": 0}
    emails = {user["email"] for user in (await south.get("/users")).json()["users"]}
    assert all(email.endswith("@south.example") for email in emails)
    assert [a["base_url"] for a in (await south.get("/provider-accounts")).json()["provider_accounts"]] == [
        "memory://south"
    ]


@pytest.mark.parametrize("tenant", ["north", "south"])
async def test_another_tenants_ids_are_not_found(api: Api, tenant: str) -> None:
    owner = api.as_("owner")
    api.world.change_account(api.world.account.id, writes_enabled=False)
    assert (await owner.post("/leads", SOME_LEAD)).status_code == 202
    await api.world.key(Scope.MEMBERS_READ)
    member = await first_id(owner, "/members", "members")
    membership = await first_id(owner, f"/members/{member}/memberships", "memberships")
    lead = await first_id(owner, "/leads", "leads")
    task = await first_id(owner, "/staff-tasks", "staff_tasks")
    key = await first_id(owner, "/api-keys", "api_keys")
    account = api.world.account.id
    sale = {"membership_type": "Gold", "start_date": "2026-04-01"}
    asking = api.as_("owner", tenant)
    answers = [
        await asking.get(f"/members/{member}"),
        await asking.get(f"/members/{member}/memberships"),
        await asking.get(f"/leads/{lead}"),
        await asking.get(f"/provider-accounts/{account}"),
        await asking.get(f"/provider-accounts/{account}/health"),
        await asking.get(f"/provider-accounts/{account}/members"),
        await asking.get(f"/provider-accounts/{account}/leads"),
        await asking.patch(f"/leads/{lead}", {"notes": "x"}),
        await asking.post(f"/leads/{lead}/convert", sale),
        await asking.post("/memberships", {**sale, "member_id": member}),
        await asking.patch(f"/memberships/{membership}", {"monthly_price": 1}),
        await asking.post(f"/memberships/{membership}/cancel", {"cancellation_reason": "x"}),
        await asking.post(f"/staff-tasks/{task}/done"),
        await asking.delete(f"/api-keys/{key}"),
        await asking.post("/sync/members", {"account_id": str(account)}),
    ]
    found = [answer.status_code != 404 for answer in answers]
    assert found == [tenant == "north"] * len(answers)


async def test_no_route_finds_what_another_tenant_has(api: Api) -> None:
    """Every route that takes an id, those to come too, is asked for north's ids by south's owner."""
    north, south = api.as_("owner"), api.as_("owner", SOUTH)
    api.world.change_account(api.world.account.id, writes_enabled=False)
    assert (await north.post("/leads", SOME_LEAD)).status_code == 202
    await api.world.key(Scope.MEMBERS_READ)
    await api.world.dead_job(JobRequest(kind="sync_members"))
    api.world.dead_delivery()
    member = {"{member_id}": await first_id(north, "/members", "members")}
    kept = await sync_ids(north, api.world)
    ids = {**await ids_of(north), **await endpoint_ids(north, disabled=False), **member, **kept}
    tried = 0
    for path, method, handler in routes(api.client.app):
        access = access_of(handler)
        if access is None or access.by_cookie or not set(_IDS.findall(path)) - {"{kind}", "{record_kind}"}:
            continue
        address, body = path, json.dumps(EXAMPLES.get(f"{method} {path}"))
        for name, value in ids.items():
            address, body = address.replace(name, value), body.replace(name, value)
        assert "{" not in address, f"no id for {path}"
        answer = await api.client.request(method, address, json=json.loads(body), headers=south.headers)
        assert answer.status_code == 404, f"{method} {path}: {answer.text}"
        tried += 1
    assert tried > 40
