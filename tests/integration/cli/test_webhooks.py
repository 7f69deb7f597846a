"""``tresen webhooks``: what came in, and once more."""

import asyncio

import pytest
from tests.builders import IDS, NOON, a_delivery, an_account
from tests.caused import caused
from tests.integration.cli.desk import Desk

from tresen.domain.webhooks.delivery import Delivery, DeliveryState

NORTH = ("--tenant", "north")


@pytest.fixture
def deliveries(desk: Desk) -> list[Delivery]:
    """A dead one and one that took effect."""
    account = an_account(desk.world.north.id, "inbox")
    room = desk.world.store.room(desk.world.north.id)
    room.accounts.put(account.id, account)
    made = []
    for body, state in ((b'{"a": 1}', DeliveryState.DEAD), (b"2", DeliveryState.DONE)):
        delivery = a_delivery(account, body)
        delivery.conclude(state, now=NOON, reason="because")
        delivery.version = 1
        room.deliveries.put(delivery.id, delivery)
        made.append(delivery)
    return made


def test_they_are_listed(desk: Desk, deliveries: list[Delivery]) -> None:
    told = desk("webhooks", "list", *NORTH).out
    assert str(deliveries[0].id) in told
    assert "because" in told
    assert told.count("2026-03-02 12:00:00 UTC") == 2
    document = desk("webhooks", "list", "--status", "dead", "--json", *NORTH).json
    assert document["count"] == 1
    (line,) = document["webhook_deliveries"]
    assert (line["id"], line["status"], line["size"]) == (str(deliveries[0].id), "dead", 8)
    assert desk("webhooks", "list", "--provider", "memory", "--json", *NORTH).json["count"] == 2
    for since, count in (("2026-03-02", 2), ("2026-03-03", 0)):
        assert desk("webhooks", "list", "--since", since, "--json", *NORTH).json["count"] == count
    assert desk("webhooks", "list", "--since", "2026-03-02T12:00:01Z", "--json", *NORTH).json["count"] == 0
    assert desk("webhooks", "list", "--until", "2026-03-02T13:00:01+01:00", "--json", *NORTH).json["count"] == 2


def test_an_empty_list_says_what_to_do(desk: Desk) -> None:
    assert "provider webhooks ensure" in desk("webhooks", "list", *NORTH).out


def test_one_is_shown_with_its_body(desk: Desk, deliveries: list[Delivery]) -> None:
    told = desk("webhooks", "show", str(deliveries[0].id), *NORTH).out
    assert '{"a": 1}' in told
    assert "x-topic" in told
    assert "2026-03-02 12:00:00 UTC" in told
    document = desk("webhooks", "show", str(deliveries[0].id), "--json", *NORTH).json["webhook_delivery"]
    assert (document["body"], document["headers"]) == ('{"a": 1}', {"x-topic": "order.updated"})


def test_one_is_shown_with_the_events_that_it_caused(desk: Desk, deliveries: list[Delivery]) -> None:
    which = ("webhooks", "show", str(deliveries[1].id), *NORTH)
    assert desk(*which, "--json").json["webhook_delivery"]["events"] == []
    event = asyncio.run(caused(desk.world, deliveries[1]))
    assert f"provider.order.updated {event.id}" in desk(*which).out
    (told,) = desk(*which, "--json").json["webhook_delivery"]["events"]
    assert (told["id"], told["type"]) == (str(event.id), "provider.order.updated")


def test_one_is_replayed(desk: Desk, deliveries: list[Delivery]) -> None:
    assert "received anew" in desk("webhooks", "replay", str(deliveries[0].id), *NORTH).out
    refused = desk("webhooks", "replay", str(deliveries[1].id), *NORTH)
    assert refused.code != 0
    assert "is not replayed unless it is forced: its effect may happen twice" in refused.err
    assert "hint: the same command with --force" in refused.err
    forced = desk("webhooks", "replay", str(deliveries[1].id), "--force", "--json", *NORTH)
    assert forced.json["webhook_delivery"]["status"] == "received"


def test_a_range_is_counted_and_replayed(desk: Desk, deliveries: list[Delivery]) -> None:
    arguments = ("webhooks", "replay", "--since", "2026-03-02T12:00Z", "--provider", "memory")
    assert desk(*arguments, "--dry-run", "--json", *NORTH).json == {"count": 1, "dry_run": True}
    assert "1 webhooks received anew" in desk(*arguments, *NORTH).out
    assert desk(*arguments, "--json", *NORTH).json == {"count": 0, "dry_run": False}


def test_everything_is_replayed_only_by_its_name(desk: Desk, deliveries: list[Delivery]) -> None:
    refused = desk("webhooks", "replay", *NORTH)
    assert (refused.code, refused.err) == (
        2,
        "error: say which: --since, --until, --provider or --status, or all of them: --all\n",
    )
    assert desk("webhooks", "replay", "--all", "--json", *NORTH).json == {"count": 1, "dry_run": False}


def test_a_state_that_is_replayed_by_force_alone_names_the_option(desk: Desk, deliveries: list[Delivery]) -> None:
    assert "hint: the same command with --force" in desk("webhooks", "replay", "--status", "done", *NORTH).err
    assert "--force" not in desk("webhooks", "replay", "--status", "received", *NORTH).err


def test_an_unknown_provider_is_refused_with_those_that_there_are(desk: Desk) -> None:
    refused = desk("webhooks", "list", "--provider", "strip", *NORTH)
    assert (refused.code, refused.out) == (2, "")
    assert "provider is one of memory" in refused.err


def test_what_cannot_be_meant_is_refused(desk: Desk, deliveries: list[Delivery]) -> None:
    for arguments in (
        ("list", "--status", "lost"),
        ("list", "--since", "yesterday"),
        ("list", "--since", "2026-03-02T12:00"),
        ("list", "--limit", "0"),
        ("replay",),
        ("replay", "--dry-run"),
        ("replay", str(deliveries[0].id), "--all"),
        ("replay", str(deliveries[0].id), "--dry-run"),
        ("replay", "--limit", "0"),
        ("replay", "--status", "received"),
    ):
        assert desk("webhooks", *arguments, *NORTH).code == 2, arguments


def test_another_tenants_are_not_found(desk: Desk, deliveries: list[Delivery]) -> None:
    for key in (deliveries[0].id, IDS.new()):
        assert desk("webhooks", "show", str(key), "--tenant", "south").code == 3
        assert desk("webhooks", "replay", str(key), "--tenant", "south").code == 3
