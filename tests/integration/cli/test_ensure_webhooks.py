"""``tresen provider webhooks ensure`` at the terminal."""

from tests.integration.cli.desk import Desk

from tresen.domain.shared.errors import GatewayUnavailable

NORTH = ("--tenant", "north")
ENSURE = ("provider", "webhooks", "ensure")


def test_it_tells_what_was_done_and_then_that_nothing_had_to_be(desk: Desk) -> None:
    first = desk(*ENSURE, *NORTH)
    assert (first.code, first.out.splitlines()) == (0, ["main (memory)", "  created a webhook"])
    assert desk(*ENSURE, "main", *NORTH).out.splitlines()[-1] == "  1 set up there; nothing had to be done"
    assert list(desk.world.registrars.addresses) == [str(desk.world.account.id)]


def test_programs_get_what_the_api_tells(desk: Desk) -> None:
    document = desk(*ENSURE, "--json", *NORTH).json
    (told,) = document["webhooks"]
    assert document["count"] == 1
    assert (told["account"], told["done"], told["error"]) == ("main", ["created a webhook"], None)
    assert told["registrations"][0]["external_id"] == f"hook-{desk.world.account.id}"


def test_steps_for_a_person_are_numbered(desk: Desk) -> None:
    desk.world.registrars.providers = ()
    told = desk(*ENSURE, *NORTH)
    assert told.code == 1
    assert "  1. enter https://desk.example/webhooks/memory/" in told.out
    assert "until its secret is entered" in told.out
    desk("provider", "webhooks", "secret", "--secret-stdin", *NORTH, stdin="s3cret")
    entered = desk(*ENSURE, *NORTH)
    assert entered.code == 0
    (line,) = entered.out.splitlines()[1:]
    assert line.startswith("  entered; if the address changes: enter https://desk.example/webhooks/memory/")


def test_what_was_missed_is_told(desk: Desk) -> None:
    desk(*ENSURE, *NORTH)
    desk.world.registrars.switched_off_at[str(desk.world.account.id)] = desk.world.clock.now()
    told = desk(*ENSURE, *NORTH)
    assert "  switched on the webhook again" in told.out
    assert "  fetched 0 that were missed since 2026-03-02 12:00" in told.out


def test_trouble_at_the_provider_is_told_with_exit_code_1(desk: Desk) -> None:
    desk.world.registrars.failure = GatewayUnavailable("the provider is away")
    told = desk(*ENSURE, *NORTH)
    assert (told.code, "the provider is away" in told.out) == (1, True)
    assert desk(*ENSURE, "--json", *NORTH).json["webhooks"][0]["error"]["code"] == "provider_unavailable"


def test_an_account_that_is_not_there_is_told(desk: Desk) -> None:
    assert desk(*ENSURE, "nobody", *NORTH).code != 0
    assert desk.world.registrars.addresses == {}


def test_webhooks_that_are_disabled_are_told_with_the_command_that_enables_them(desk: Desk) -> None:
    desk("provider", "webhooks", "disable", "main", *NORTH)
    told = desk(*ENSURE, *NORTH)
    assert (told.code, "enable them first: tresen provider webhooks enable memory/main" in told.out) == (1, True)
    assert "tresen" not in desk(*ENSURE, "--json", *NORTH).json["webhooks"][0]["error"]["message"]
