"""Webhooks that came in, over the API."""

from datetime import timedelta
from typing import Any

import pytest
from tests.builders import IDS, NOON, a_delivery, an_account
from tests.caused import caused
from tests.world import World

from tresen.domain.shared.moments import MOMENT_FORMS
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.webhooks.delivery import Delivery, DeliveryState

from .conftest import Api, Caller

PATH = "/webhook-deliveries"
MINUTE = timedelta(minutes=1)
OTHER = str(IDS.new())


def put(world: World, account: ProviderAccount, body: bytes, state: DeliveryState, minute: int = 0) -> Delivery:
    """A delivery straight in the store."""
    delivery = a_delivery(account, body, received_at=NOON + minute * MINUTE)
    if state is not DeliveryState.RECEIVED:
        delivery.conclude(state, now=NOON + MINUTE, reason="because")
    delivery.version = 1
    world.store.room(account.tenant_id).deliveries.put(delivery.id, delivery)
    return delivery


@pytest.fixture
def deliveries(world: World) -> list[Delivery]:
    """Three of north, of different states and minutes, and one of south that nobody here may see."""
    account = an_account(world.north.id, "inbox")
    foreign = an_account(world.south.id, "inbox")
    for one in (account, foreign):
        world.store.room(one.tenant_id).accounts.put(one.id, one)
    put(world, foreign, b"f", DeliveryState.DEAD)
    states = (DeliveryState.DONE, DeliveryState.DEAD, DeliveryState.RECEIVED)
    return [put(world, account, b"%d" % n, state, n) for n, state in enumerate(states)]


async def ids(caller: Caller, **query: str | int) -> list[str]:
    answer = await caller.get(PATH, **query)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["webhook_deliveries"]]


async def test_the_list_is_newest_first_and_tells_everything_but_the_content(
    admin: Caller, deliveries: list[Delivery]
) -> None:
    told = (await admin.get(PATH)).json()
    assert told["count"] == 3
    assert [one["id"] for one in told["webhook_deliveries"]] == [str(one.id) for one in reversed(deliveries)]
    line: dict[str, Any] = told["webhook_deliveries"][1]
    assert (line["status"], line["reason"], line["size"]) == ("dead", "because", 1)
    assert line["received_at"] == "2026-03-02T12:01:00Z"
    assert not {"body", "headers"} & set(line)


async def test_the_list_is_filtered_by_state_provider_and_time(admin: Caller, deliveries: list[Delivery]) -> None:
    done, dead, received = (str(one.id) for one in deliveries)
    assert await ids(admin, status="dead") == [dead]
    assert await ids(admin, provider="memory", order="asc") == [done, dead, received]
    assert await ids(admin, since="2026-03-02T13:01:00+01:00", until="2026-03-02T12:02:00Z") == [dead]
    assert await ids(admin, since="2026-03-02", until="2026-03-03", status="dead") == [dead]
    assert await ids(admin, since="2026-03-03") == await ids(admin, until="2026-03-02") == []
    assert await ids(admin, limit=1, offset=1) == [dead]


async def test_one_is_shown_with_headers_and_body(admin: Caller, deliveries: list[Delivery]) -> None:
    told = (await admin.get(f"{PATH}/{deliveries[0].id}")).json()["webhook_delivery"]
    assert (told["body"], told["headers"]) == ("0", {"x-topic": "order.updated"})
    assert (told["status"], told["processed_at"]) == ("done", "2026-03-02T12:01:00Z")


async def test_one_is_shown_with_the_events_that_it_caused(
    admin: Caller, world: World, deliveries: list[Delivery]
) -> None:
    path = f"{PATH}/{deliveries[0].id}"
    assert (await admin.get(path)).json()["webhook_delivery"]["events"] == []
    event = await caused(world, deliveries[0])
    told = (await admin.get(path)).json()["webhook_delivery"]["events"]
    assert [(one["id"], one["type"]) for one in told] == [(str(event.id), "provider.order.updated")]


async def test_bytes_that_are_no_text_can_be_shown(admin: Caller, world: World, deliveries: list[Delivery]) -> None:
    account = next(row for _, row in world.store.room(world.north.id).accounts.items() if row.name == "inbox")
    odd = put(world, account, b"\xff\x00", DeliveryState.UNUSABLE)
    told = (await admin.get(f"{PATH}/{odd.id}")).json()["webhook_delivery"]
    assert told["body"] == "\ufffd\x00"


async def test_what_came_to_nothing_is_replayed(admin: Caller, deliveries: list[Delivery]) -> None:
    answer = await admin.post(f"{PATH}/{deliveries[1].id}/replay")
    assert answer.status_code == 200
    told = answer.json()["webhook_delivery"]
    assert (told["status"], told["reason"]) == ("received", "replayed by admin@north.example, was dead")


async def test_what_took_effect_needs_force(admin: Caller, deliveries: list[Delivery]) -> None:
    path = f"{PATH}/{deliveries[0].id}/replay"
    refused = await admin.post(path)
    assert (refused.status_code, refused.json()["details"]["needs"]) == (409, "force")
    assert refused.json()["detail"].endswith('its effect may happen twice; {"force": true} does it')
    assert (await admin.post(path, {"force": True})).status_code == 200


async def test_what_waits_is_not_replayed(admin: Caller, deliveries: list[Delivery]) -> None:
    answer = await admin.post(f"{PATH}/{deliveries[2].id}/replay", {"force": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")


async def test_a_range_is_counted_and_replayed(admin: Caller, deliveries: list[Delivery]) -> None:
    wanted = {"since": "2026-03-02T12:00:00Z", "until": "2026-03-02T13:00:00Z", "provider": "memory"}
    assert (await admin.post(f"{PATH}/replay", {**wanted, "dry_run": True})).json() == {"count": 1, "dry_run": True}
    assert (await admin.post(f"{PATH}/replay", wanted)).json() == {"count": 1, "dry_run": False}
    assert (await admin.post(f"{PATH}/replay", wanted)).json() == {"count": 0, "dry_run": False}
    assert await ids(admin, status="received", order="asc") == [str(one.id) for one in deliveries[1:]]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"since": "yesterday"},
        {"since": "2026-03-02T12:00:00"},
        {"since": "2026-03-02T12:00:00Z", "until": "2026-03-01T12:00:00Z"},
        {"limit": "0"},
        {"limit": "201"},
        {"offset": "-1"},
        {"order": "up"},
        {"q": "x"},
        {"provider": "strip"},
        {"provider": "x" * 101},
    ],
)
async def test_bad_filters_are_422(admin: Caller, query: dict[str, str]) -> None:
    assert (await admin.get(PATH, **query)).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"since": "2026-03-02T12:00:00"},
        {"limit": 0},
        {"limit": 10_001},
        {"status": "received"},
        {"status": "done"},
        {"status": "lost"},
        {"provider": "strip"},
        {"force": True},
        {},
        {"force": "yes"},
        {"unknown": 1},
        {"since": "2026-03-02T12:00:00Z", "until": "2026-03-01T12:00:00Z"},
        [],
    ],
)
async def test_bad_ranges_are_422(admin: Caller, body: object) -> None:
    assert (await admin.post(f"{PATH}/replay", body)).status_code == 422


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            {"status": "foo"},
            "status is one of received, done, duplicate, out_of_date, ignored, unusable, dead, not 'foo'",
        ),
        ({"provider": "strip"}, "provider is one of memory, not 'strip'"),
        ({"since": "yesterday"}, f"since must be {MOMENT_FORMS}"),
    ],
)
async def test_a_refused_filter_names_what_is_taken(admin: Caller, query: dict[str, str], message: str) -> None:
    (field,) = query
    for answer in (await admin.get(PATH, **query), await admin.post(f"{PATH}/replay", query)):
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": field, "code": "invalid_value", "message": message}]


async def test_an_empty_range_is_refused_and_everything_is_asked_for_by_its_name(
    admin: Caller, deliveries: list[Delivery]
) -> None:
    refused = await admin.post(f"{PATH}/replay", {})
    assert [error["field"] for error in refused.json()["errors"]] == ["all"]
    assert (await admin.post(f"{PATH}/replay", {"all": True})).json() == {"count": 1, "dry_run": False}


async def test_another_tenants_are_not_found(api: Api, deliveries: list[Delivery]) -> None:
    south = api.as_("admin", "south")
    assert await ids(south, status="done") == []
    for path in (f"{PATH}/{deliveries[1].id}/replay", f"{PATH}/{OTHER}/replay"):
        assert (await south.post(path)).status_code == 404
    for key in (deliveries[1].id, OTHER):
        assert (await south.get(f"{PATH}/{key}")).status_code == 404
    assert (await south.post(f"{PATH}/replay", {"all": True, "dry_run": True})).json()["count"] == 1


@pytest.mark.parametrize("role", ["viewer", "adviser"])
async def test_only_admins_may(api: Api, deliveries: list[Delivery], role: str) -> None:
    caller = api.as_(role)
    assert (await caller.get(PATH)).status_code == 403
    assert (await caller.post(f"{PATH}/{deliveries[1].id}/replay")).status_code == 403
