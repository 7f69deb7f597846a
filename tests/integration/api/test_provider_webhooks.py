"""What a provider sends here, as admins see it through the API."""

import attrs
import pytest
from tests.world import World

from .conftest import Api, Caller


@pytest.fixture
def path(world: World) -> str:
    return f"/provider-accounts/{world.account.id}/webhooks"


def move_to_silent_provider(world: World) -> None:
    """North's account, at a provider that keeps no members and sends no webhooks."""
    accounts = world.store.room(world.north.id).accounts
    accounts.put(world.account.id, attrs.evolve(world.account, provider="silent"))


async def test_the_address_is_shown_and_stays(admin: Caller, path: str) -> None:
    shown = (await admin.get(path)).json()["webhooks"]
    assert shown["address"].startswith("https://desk.example/webhooks/memory/")
    assert (shown["secrets"], shown["disabled_at"], shown["is_reachable"]) == ([], None, True)
    assert (await admin.get(path)).json()["webhooks"] == shown


async def test_an_entered_secret_is_never_seen_again(admin: Caller, path: str) -> None:
    entered = await admin.post(f"{path}/secret", {"secret": "s3cr3t-hook"})
    assert entered.status_code == 200
    assert "secret" not in entered.json()
    assert len(entered.json()["webhooks"]["secrets"]) == 1
    for answer in (entered, await admin.get(path), await admin.get("/audit")):
        assert "s3cr3t" not in answer.text


async def test_a_made_secret_is_told_once_and_the_former_one_stays_for_a_while(admin: Caller, path: str) -> None:
    await admin.post(f"{path}/secret", {"secret": "first"})
    made = (await admin.post(f"{path}/secret", {"keep_former_for_s": 86_400})).json()
    assert len(made["secret"]) == 43
    ends = [one["expires_at"] for one in made["webhooks"]["secrets"]]
    assert ends == [None, "2026-03-03T12:00:00Z"]
    assert made["secret"] not in (await admin.get(path)).text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"secret": " "}, "secret"),
        ({"secret": "a\nb"}, "secret"),
        ({"keep_former_for_s": -1}, "keep_former_for_s"),
        ({"keep_former_for_s": 2_592_001}, "keep_former_for_s"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_secret_that_cannot_be_taken_names_the_field(
    admin: Caller, path: str, body: dict[str, object], field: str
) -> None:
    answer = await admin.post(f"{path}/secret", body)
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


async def test_it_is_closed_and_opened(admin: Caller, path: str) -> None:
    assert (await admin.post(f"{path}/disable")).json()["webhooks"]["disabled_at"] == "2026-03-02T12:00:00Z"
    assert (await admin.post(f"{path}/enable")).json()["webhooks"]["disabled_at"] is None


async def test_it_is_for_those_who_may_change_accounts(api: Api, path: str) -> None:
    for role in ("viewer", "adviser"):
        assert (await api.as_(role).get(path)).status_code == 403
    assert (await api.as_("admin", "south").get(path)).status_code == 404


async def test_a_provider_that_sends_nothing_says_so(admin: Caller, world: World) -> None:
    move_to_silent_provider(world)
    answer = await admin.get(f"/provider-accounts/{world.account.id}/webhooks")
    assert (answer.status_code, answer.json()["code"]) == (501, "provider_unsupported")


async def test_no_sync_is_run_at_a_provider_that_keeps_no_members(admin: Caller, world: World) -> None:
    move_to_silent_provider(world)
    named = await admin.post("/sync/members", {"account_id": str(world.account.id)})
    assert (named.status_code, named.json()["errors"][0]["field"]) == (422, "account_id")
    assert (await admin.post("/sync/members")).json()["code"] == "not_configured"
    health = (await admin.get(f"/provider-accounts/{world.account.id}/health")).json()
    assert (health["status"], "error" in health) == ("not_probed", False)
    assert (await admin.get("/admin/stats")).json()["wodify"]["status"] == "not_probed"
