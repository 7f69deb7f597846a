"""Webhooks set up at the provider, through the API."""

import attrs
import pytest
from tests.world import SOUTH, World

from tresen.domain.identity.role import Scope
from tresen.domain.shared.errors import GatewayUnavailable

from .conftest import Api, Caller


@pytest.fixture
def path(world: World) -> str:
    return f"/provider-accounts/{world.account.id}/webhooks/ensure"


async def test_it_tells_what_was_done_and_doing_it_again_does_nothing(admin: Caller, path: str, world: World) -> None:
    first = await admin.post(path)
    assert first.status_code == 200
    told = first.json()["webhooks"]
    assert told["done"] == ["created a webhook"]
    assert told["registrations"] == [{"external_id": f"hook-{world.account.id}", "healthy": True, "expires_at": None}]
    assert world.registrars.addresses == {str(world.account.id): told["address"]}
    assert (told["error"], told["todo"], told["missed_since"], told["recovered"]) == (None, [], None, 0)
    assert (await admin.post(path)).json()["webhooks"]["done"] == []


async def test_what_went_wrong_at_the_provider_is_in_the_answer(admin: Caller, path: str, world: World) -> None:
    world.registrars.failure = GatewayUnavailable("the provider is away")
    answer = await admin.post(path)
    assert answer.status_code == 200
    assert answer.json()["webhooks"]["error"] == {"code": "provider_unavailable", "message": "the provider is away"}


async def test_steps_for_a_person_are_told(admin: Caller, path: str, world: World) -> None:
    world.registrars.providers = ()
    told = (await admin.post(path)).json()["webhooks"]
    assert told["todo"] == [f"enter {told['address']} at memory"]
    assert (told["secret_missing"], told["entered"]) == (True, [])


async def test_no_secret_is_told(admin: Caller, path: str, world: World) -> None:
    answer = await admin.post(path)
    assert world.registrars.secrets[str(world.account.id)] not in answer.text


@pytest.mark.parametrize("role", ["viewer", "adviser"])
async def test_only_who_may_change_accounts_may_do_it(api: Api, path: str, world: World, role: str) -> None:
    assert (await api.as_(role).post(path)).status_code == 403
    reading = api.with_key(await world.key(Scope.PROVIDERS_READ))
    assert (await reading.post(path)).status_code == 403
    assert world.registrars.addresses == {}


async def test_another_tenants_account_is_not_there(api: Api, path: str, world: World) -> None:
    assert (await api.as_("admin", SOUTH).post(path)).status_code == 404
    assert world.registrars.addresses == {}


async def test_a_provider_that_sends_none_is_told_so(admin: Caller, path: str, world: World) -> None:
    accounts = world.store.room(world.north.id).accounts
    accounts.put(world.account.id, attrs.evolve(world.account, provider="silent"))
    answer = await admin.post(path)
    assert answer.json()["error"]
    assert answer.status_code >= 400
