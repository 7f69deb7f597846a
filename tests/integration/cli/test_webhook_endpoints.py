"""``tresen webhook-endpoints``. Nothing is sent here: that is a worker's."""

import pytest

from .desk import Desk

GROUP = "webhook-endpoints"
URL = "https://shop.example.com/hooks"
NORTH = ("--tenant", "north")


@pytest.fixture
def shop(desk: Desk) -> str:
    """The id of an endpoint of north's."""
    made = desk(GROUP, "create", "shop", URL, "--events", "lead.*", "--events", "member.changed", *NORTH, "--json")
    return str(made.json["webhook_endpoint"]["id"])


def test_the_secret_is_shown_once(desk: Desk) -> None:
    made = desk(GROUP, "create", "shop", URL, *NORTH)
    assert made.code == 0
    secret, told = made.out.splitlines()
    assert secret.startswith("whsec_")
    assert "only time" in told
    for words in (("list",), ("show", "shop")):
        for json in ((), ("--json",)):
            shown = desk(GROUP, *words, *NORTH, *json)
            assert shown.code == 0
            assert secret not in shown.out
    assert desk(GROUP, "show", "shop", *NORTH, "--json").json["webhook_endpoint"]["events"] == ["*"]


def test_endpoints_are_listed(desk: Desk, shop: str) -> None:
    assert "no webhook endpoint yet" in desk(GROUP, "list", "--tenant", "south").out
    lines = desk(GROUP, "list", *NORTH).out.splitlines()
    assert lines[1].split() == [shop, "shop", "active", "lead.*", "member.changed", URL]
    assert desk(GROUP, "list", *NORTH, "--json").json["count"] == 1


def test_an_endpoint_is_named_by_name_or_id(desk: Desk, shop: str) -> None:
    for which in ("shop", shop, shop.upper()):
        assert desk(GROUP, "show", which, *NORTH).out.startswith("endpoint ")
    for which, home in (("nobody", "north"), ("shop", "south"), (shop, "south")):
        refused = desk(GROUP, "show", which, "--tenant", home, "--json")
        assert (refused.code, refused.error["code"]) == (3, "not_found")


def test_what_is_given_is_changed(desk: Desk, shop: str) -> None:
    changed = desk(GROUP, "update", shop, "--name", "store", "--events", "*", *NORTH, "--json").json["webhook_endpoint"]
    assert (changed["name"], changed["url"], changed["events"]) == ("store", URL, ["*"])
    refused = desk(GROUP, "update", "store", "--url", "https://10.0.0.1/", *NORTH, "--json")
    assert refused.error["code"] == "invalid_value"
    assert desk(GROUP, "show", "store", *NORTH, "--json").json["webhook_endpoint"]["url"] == URL


def test_a_rotation_tells_until_when_the_former_secret_signs(desk: Desk, shop: str) -> None:
    rotated = desk(GROUP, "rotate", shop, *NORTH)
    assert rotated.out.startswith("whsec_")
    assert "the former one signs too until 2026-03-03 12:00 UTC" in rotated.out
    at_once = desk(GROUP, "rotate", shop, "--overlap-hours", "0", *NORTH).out
    assert "the former one signs no more from now on" in at_once
    assert "too until" not in at_once
    assert desk(GROUP, "rotate", shop, "--overlap-hours", "-1", *NORTH).code != 0


def test_it_is_switched_off_and_on(desk: Desk, shop: str) -> None:
    assert "disabled (person)" in desk(GROUP, "disable", shop, *NORTH).out
    assert desk(GROUP, "disable", shop, *NORTH, "--json").error["code"] == "illegal_transition"
    assert desk(GROUP, "test", shop, *NORTH, "--json").error["code"] == "illegal_transition"
    assert desk(GROUP, "enable", shop, *NORTH, "--json").json["webhook_endpoint"]["status"] == "active"


def test_messages_are_listed_shown_and_replayed(desk: Desk, shop: str) -> None:
    assert "nothing that the endpoint wants has happened" in desk(GROUP, "messages", shop, *NORTH).out
    sent = desk(GROUP, "test", shop, *NORTH, "--json").json["message"]
    known_as = sent["webhook_id"]
    assert known_as in desk(GROUP, "messages", "shop", *NORTH).out
    assert desk(GROUP, "messages", shop, *NORTH, "--json").json == {"messages": [sent], "count": 1}
    for which in (known_as, sent["id"]):
        shown = desk(GROUP, "messages", shop, which, *NORTH)
        assert "webhook.test" in shown.out
        assert "no attempt yet" in shown.out
    assert desk(GROUP, "messages", shop, known_as, *NORTH, "--json").json["message"]["attempt_log"] == []
    assert desk(GROUP, "replay", shop, known_as, *NORTH, "--json").error["code"] == "illegal_transition"
    for word in ("disable", "enable"):
        desk(GROUP, word, shop, *NORTH)
    desk(GROUP, "test", shop, *NORTH)
    told = desk(GROUP, "replay", shop, "--status", "delivered", *NORTH).out
    assert "1 waits and needs no replay: next try at 2026-03-02 12:00:00 UTC" in told
    desk(GROUP, "test", shop, *NORTH)
    assert f"after {known_as[:4]}" in desk(GROUP, "messages", shop, *NORTH).out
    for word in ("disable", "enable"):
        desk(GROUP, word, shop, *NORTH)
    late = ("--since", "2026-03-02T12:00:01Z")
    assert desk(GROUP, "replay", shop, *late, *NORTH, "--json").json == {"replayed": 0}
    assert "messages to send once more: 3" in desk(GROUP, "replay", shop, "--status", "cancelled", *NORTH).out
    for word in ("disable", "enable"):
        desk(GROUP, word, shop, *NORTH)
    assert known_as in desk(GROUP, "replay", shop, known_as, *NORTH).out
    assert desk(GROUP, "messages", shop, "--status", "pending", *NORTH, "--json").json["count"] == 1
    assert "first delivered" not in desk(GROUP, "messages", shop, known_as, *NORTH).out


@pytest.mark.parametrize(
    "words",
    [
        ("messages", "shop", "msg_1"),
        ("messages", "shop", "--status", "gone"),
        ("messages", "shop", "--limit", "0"),
        ("replay", "shop", "msg_" + "0" * 32, "--status", "failed"),
        ("replay", "shop", "--status", "pending"),
        ("replay", "shop", "--since", "2026-03-02", "--until", "2026-03-01"),
        ("messages", "shop", "--since", "2026-03-02T12:00:00"),
        ("create", "second", "http://example.com"),
        ("create", "second", URL, "--events", "Lead"),
        ("create", "second", URL, "--events", "leed.captured"),
        ("update", "shop", "--events", "leed.captured"),
        ("create", "", URL),
    ],
)
def test_what_is_wrong_is_refused(desk: Desk, shop: str, words: tuple[str, ...]) -> None:
    assert shop
    refused = desk(GROUP, *words, *NORTH, "--json")
    assert refused.error["code"] == "invalid_value"
    assert refused.out == ""


def test_messages_are_found_by_date_and_by_instant(desk: Desk, shop: str) -> None:
    desk(GROUP, "test", shop, *NORTH)
    for since, count in (
        ("2026-03-02T12:00:00Z", 1),
        ("2026-03-02", 1),
        ("2026-03-02T12:00:01Z", 0),
        ("2026-03-03", 0),
    ):
        found = desk(GROUP, "messages", shop, "--since", since, *NORTH, "--json")
        assert found.json["count"] == count


def test_it_is_deleted(desk: Desk, shop: str) -> None:
    assert desk(GROUP, "delete", "shop", *NORTH).out == "shop is deleted\n"
    assert desk(GROUP, "show", shop, *NORTH).code == 3
