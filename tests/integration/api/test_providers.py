"""Provider accounts, their health, and the seed's admin routes."""

from uuid import UUID

import attrs
import pytest
from tests.world import LOCATION, World

from tresen.domain.shared.errors import CredentialsRefused, GatewayRejected, GatewayUnavailable
from tresen.domain.shared.ids import AccountId

from .conftest import Api, Caller

NEW = {"provider": "memory", "name": "second", "api_key": "s3cr3t-key", "base_url": "memory://north"}


async def test_a_connected_account_never_shows_its_key(admin: Caller) -> None:
    connected = await admin.post("/provider-accounts", NEW)
    assert connected.status_code == 201
    account = connected.json()["provider_account"]
    assert (account["name"], account["configured"], account["writes_enabled"]) == ("second", True, False)
    listed = await admin.get("/provider-accounts")
    assert [a["name"] for a in listed.json()["provider_accounts"]] == ["main", "second"]
    shown = await admin.get(f"/provider-accounts/{account['id']}")
    for answer in (connected, listed, shown, await admin.get("/audit")):
        assert "s3cr3t" not in answer.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"api_key": ""}, "api_key"),
        ({"name": " "}, "name"),
        ({"base_url": "http://169.254.169.254/"}, "base_url"),
        ({"settings": {"colour": "red"}}, "settings.colour"),
        ({"settings": {"location_id": 1}}, "settings.location_id"),
        ({"writes_enabled": "yes"}, "writes_enabled"),
        ({"credentials": "x"}, "credentials"),
    ],
)
async def test_a_connection_that_makes_no_sense_names_the_field(
    admin: Caller, change: dict[str, object], field: str
) -> None:
    answer = await admin.post("/provider-accounts", {**NEW, **change})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


async def test_health_has_the_seeds_keys(admin: Caller, world: World) -> None:
    """W34."""
    health = (await admin.get(f"/provider-accounts/{world.account.id}/health")).json()
    assert {
        "api_configured": True,
        "api_url": "memory://north",
        "location_id": LOCATION,
        "last_check": "2026-03-02T12:00:00Z",
        "status": "healthy",
        "response": "ok",
    }.items() <= health.items()
    assert "error" not in health
    world.gym.faults.outage = GatewayUnavailable("no route")
    sick = (await admin.get(f"/provider-accounts/{world.account.id}/health")).json()
    assert (sick["status"], sick["error"]) == ("connection_error", "no route")
    assert "response" not in sick


async def test_a_check_with_a_refused_key_blocks_the_account(admin: Caller, world: World) -> None:
    world.gym.faults.outage = CredentialsRefused("memory refuses the API key")
    path = f"/provider-accounts/{world.account.id}"
    health = (await admin.get(f"{path}/health")).json()
    assert (health["status"], health["credential_state"]) == ("error", "blocked")
    assert (await admin.get(path)).json()["provider_account"]["credential_state"] == "blocked"


async def test_without_a_location_the_account_is_checked_and_says_what_is_missing(admin: Caller, world: World) -> None:
    world.change_account(world.account.id, settings={})
    health = (await admin.get(f"/provider-accounts/{world.account.id}/health")).json()
    assert (health["api_configured"], health["status"]) == (False, "healthy")
    assert "location ID not configured" in health["error"]


async def test_a_new_key_leaves_the_rest_of_the_account(admin: Caller) -> None:
    await admin.post("/provider-accounts", {**NEW, "writes_enabled": True})
    again = await admin.post("/provider-accounts", {"provider": "memory", "name": "second", "api_key": "other"})
    account = again.json()["provider_account"]
    assert (account["base_url"], account["writes_enabled"]) == ("memory://north", True)


async def test_a_setting_is_changed_without_the_key(admin: Caller, world: World) -> None:
    world.change_account(world.account.id, settings={})
    path, before = f"/provider-accounts/{world.account.id}", world.account.credentials
    changed = await admin.patch(path, {"settings": {"allow_unproven": "true"}, "writes_enabled": False})
    account = changed.json()["provider_account"]
    assert (changed.status_code, account["writes_enabled"], account["configured"]) == (200, False, True)
    assert account["settings"] == {"allow_unproven": "true"}
    assert changed.json()["waiting"] == {"pushes": 0, "tasks": 0}
    taken_back = (await admin.patch(path, {"settings": {"allow_unproven": ""}})).json()["provider_account"]
    assert (taken_back["settings"], taken_back["writes_enabled"]) == ({}, False)
    assert (await admin.get(path)).json()["provider_account"] == taken_back
    kept = dict(world.store.room(world.north.id).accounts.items())[world.account.id]
    assert (kept.credentials, before is None) == (before, False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "settings"),
        ({"settings": {"colour": "red"}}, "settings.colour"),
        ({"settings": {"allow_unproven": True}}, "settings.allow_unproven"),
        ({"writes_enabled": None}, "writes_enabled"),
        # Who changes the address decides who is sent the key: that takes the key.
        ({"base_url": "memory://south"}, "base_url"),
        ({"api_key": "x"}, "api_key"),
    ],
)
async def test_a_change_that_makes_no_sense_names_the_field(
    admin: Caller, world: World, body: dict[str, object], field: str
) -> None:
    world.change_account(world.account.id, settings={})
    path = f"/provider-accounts/{world.account.id}"
    before = (await admin.get(path)).json()
    answer = await admin.patch(path, body)
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])
    assert (await admin.get(path)).json() == before


async def test_only_ones_own_accounts_are_changed_and_only_by_admins(api: Api, admin: Caller, world: World) -> None:
    body = {"writes_enabled": True}
    assert (await admin.patch(f"/provider-accounts/{world.south_account.id}", body)).status_code == 404
    viewer = api.as_("viewer")
    assert (await viewer.patch(f"/provider-accounts/{world.account.id}", body)).status_code == 403


async def test_the_providers_own_lists_can_be_seen(admin: Caller, world: World) -> None:
    base = f"/provider-accounts/{world.account.id}"
    world.enrol("Cleo", status="paused")
    members = (await admin.get(f"{base}/members", limit=2, offset=1)).json()
    assert [m["values"]["first_name"] for m in members["members"]] == ["Bea", "Cleo"]
    paused = (await admin.get(f"{base}/members", status="paused")).json()
    assert [m["values"]["first_name"] for m in paused["members"]] == ["Cleo"]
    assert "count" not in paused
    assert (await admin.get(f"{base}/members", status="gone")).status_code == 422
    leads = (await admin.get(f"{base}/leads")).json()
    assert [lead["external_id"] for lead in leads["leads"]] == ["1001"]


async def test_a_provider_that_fails_is_told_as_such(admin: Caller, world: World) -> None:
    path = f"/provider-accounts/{world.account.id}/leads"
    world.gym.faults.outage = GatewayUnavailable("closed")
    away = await admin.get(path)
    assert away.status_code == 503
    assert away.headers["retry-after"] == "5"
    world.gym.faults.outage = GatewayRejected("never")
    assert (await admin.get(path)).status_code == 502


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_the_seeds_admin_routes_are_kept(api: Api, admin: Caller, prefix: str) -> None:
    """W42, W43."""
    status = (await api.client.get(f"{prefix}/admin/wodify-status", headers=admin.headers)).json()
    assert status["api_health"]["status"] == "healthy"
    assert status["sync_status"]["wodify_configured"] is True
    assert [a["name"] for a in status["configuration"]] == ["main"]
    stats = (await api.client.get(f"{prefix}/admin/stats", headers=admin.headers)).json()
    assert stats["counts"]["members"] == {"active": 2}
    assert stats["totals"] == {"members": 2, "memberships": 2, "leads": 1, "tasks": 0}
    assert stats["wodify"]["status"] == "healthy"


async def test_the_account_that_needs_somebody_most_stands_first(api: Api, admin: Caller, world: World) -> None:
    await admin.post("/provider-accounts", NEW)
    status = (await api.client.get("/admin/wodify-status", headers=admin.headers)).json()
    assert len(status["accounts"]) == 2
    assert status["api_health"]["account"] == "second"
    assert status["api_health"]["api_configured"] is False


async def test_an_account_that_was_not_probed_stands_behind_those_that_were(
    api: Api, admin: Caller, world: World
) -> None:
    accounts = world.store.room(world.north.id).accounts
    other = AccountId(UUID(int=1))
    accounts.put(other, attrs.evolve(world.account, id=other, provider="bookings", name="a desk", credentials=None))
    status = (await api.client.get("/admin/wodify-status", headers=admin.headers)).json()
    assert {one["status"] for one in status["accounts"]} == {"healthy", "not_probed"}
    assert status["api_health"]["account"] == "main"
    world.gym.faults.outage = GatewayUnavailable("no route")
    status = (await api.client.get("/admin/wodify-status", headers=admin.headers)).json()
    assert status["api_health"]["status"] == "connection_error"


async def test_nothing_connected_is_not_configured(api: Api) -> None:
    room = api.world.store.room(api.world.south.id)
    room.accounts = type(room.accounts)(room.accounts.copy, room.accounts.groupings)
    stats = (await api.as_("admin", "south").get("/admin/stats")).json()
    assert (stats["wodify"]["status"], stats["wodify"]["api_configured"]) == ("not_configured", False)
    assert stats["wodify"]["error"] == "API key or location ID not configured"
