"""Provider accounts."""

import pytest
from tests.integration.cli.desk import Desk, everything

from tresen.application.ports.gym import Operation, Support
from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable

NORTH, SOUTH = ("--tenant", "north"), ("--tenant", "south")
CONNECT = ("provider", "connect", "memory", "--name", "second", "--json", *NORTH)


def test_an_account_is_connected_with_a_key_from_the_standard_input(desk: Desk) -> None:
    options = ("--enable-writes", "--set", "allow_unproven=a=b", "--base-url", "memory://south", "--key-stdin")
    made = desk(*CONNECT, *options, stdin="very-secret\n")
    account = made.json["provider_account"]
    assert made.code == 0
    assert (account["name"], account["writes_enabled"], account["configured"]) == ("second", True, True)
    assert (account["settings"], account["base_url"]) == ({"allow_unproven": "a=b"}, "memory://south")
    told = desk("provider", "list", *NORTH).out + desk("provider", "list", "--json", *NORTH).out + made.out
    assert "very-secret" not in told
    assert account in desk("provider", "list", "--json", *NORTH).json["provider_accounts"]
    assert desk("provider", "list", "--json", *SOUTH).json["count"] == 1


def test_a_key_comes_from_the_environment_or_is_asked_for(desk: Desk) -> None:
    first = desk(*CONNECT, environ={"TRESEN_PROVIDER_KEY": "k1"}).json["provider_account"]
    again = desk(*CONNECT, typed=("k2",)).json["provider_account"]
    assert first["id"] == again["id"]


def test_writes_are_off_unless_they_are_enabled(desk: Desk) -> None:
    assert desk(*CONNECT, "--key-stdin", stdin="k").json["provider_account"]["writes_enabled"] is False


def test_what_is_not_given_again_stays_and_what_changes_is_told(desk: Desk) -> None:
    options = ("--enable-writes", "--set", "allow_unproven=true", "--base-url", "memory://south", "--key-stdin")
    desk(*CONNECT, *options, stdin="k")
    again = desk(*CONNECT, "--key-stdin", stdin="k2").json["provider_account"]
    assert (again["writes_enabled"], again["base_url"]) == (True, "memory://south")
    assert again["settings"] == {"allow_unproven": "true"}
    told = desk(*CONNECT[:-3], "--disable-writes", "--key-stdin", *NORTH, stdin="k")
    assert told.code == 0
    assert "writes: on -> off" in told.out
    assert "allow_unproven" not in told.out


def test_a_key_is_renewed_and_all_else_stays(desk: Desk) -> None:
    desk(*CONNECT, "--enable-writes", "--key-stdin", stdin="k")
    before = desk("provider", "list", "--json", *NORTH).json["provider_accounts"]
    result = desk("provider", "renew-key", "second", "--key-stdin", *NORTH, stdin="new\n")
    assert (result.code, "everything else stays" in result.out) == (0, True)
    after = desk("provider", "list", "--json", *NORTH).json["provider_accounts"]
    assert after == before


def credentials(desk: Desk) -> bytes | None:
    accounts = desk.world.store.room(desk.world.north.id).accounts
    return next(each.credentials for _, each in accounts.items() if each.name == "second")


def test_a_setting_is_changed_without_the_key(desk: Desk) -> None:
    desk(*CONNECT, "--set", "allow_unproven=true", "--key-stdin", stdin="k")
    sealed = credentials(desk)
    result = desk("provider", "set", "memory/second", "allow_unproven=", "--enable-writes", *NORTH)
    assert (result.code, result.out.splitlines()) == (
        0,
        ["changed memory/second", "writes: off -> on", "allow_unproven: true -> not set"],
    )
    account = desk("provider", "set", "second", "allow_unproven=a=b", "--json", *NORTH).json["provider_account"]
    assert (account["settings"], account["writes_enabled"], account["configured"]) == (
        {"allow_unproven": "a=b"},
        True,
        True,
    )
    assert (credentials(desk), sealed is None) == (sealed, False)


def test_whoever_enables_writes_is_told_what_is_left_to_the_staff(desk: Desk) -> None:
    gym = desk.world.gym
    gym._support.update(dict.fromkeys((Operation.CREATE_MEMBERSHIP, Operation.CANCEL_MEMBERSHIP), Support.UNPROVEN))
    connected = desk(*CONNECT[:-3], "--enable-writes", "--key-stdin", *NORTH, stdin="k").out.splitlines()
    told = desk("provider", "set", "second", "--enable-writes", *NORTH).out.splitlines()
    allow = "tresen provider set memory/second allow_unproven=true --tenant north"
    assert told[-1] == (
        "left to the staff, as nobody has seen it work there: create membership, cancel membership; to have it tried, "
        f"on a test account first: {allow}"
    )
    assert told[-1] in connected
    assert "left to the staff" not in desk("provider", "set", "second", "--disable-writes", *NORTH).out
    assert desk(*allow.split()[1:]).code == 0
    assert "left to the staff" not in desk("provider", "set", "second", "--enable-writes", *NORTH).out
    assert gym.faults.calls == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("memory/second", "colour=red"), 2, "there is no setting 'colour'"),
        (("memory/main", "allow_unproven"), 2, "'allow_unproven' is not of the form key=value"),
        (("memory/main",), 2, "nothing to change"),
        (("memory/third", "allow_unproven=true"), 3, "memory/third"),
        (("memory", "allow_unproven=true"), 2, "memory/second"),
        (("memory/main", "--base-url", "memory://south"), 2, "--base-url"),
    ],
)
def test_what_cannot_be_set_changes_nothing(desk: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    desk(*CONNECT, "--key-stdin", stdin="k")
    before = everything(desk.world.store)
    result = desk("provider", "set", *words, *NORTH)
    assert (result.code, said in result.err) == (code, True), result.err
    assert everything(desk.world.store) == before


def test_of_several_accounts_the_one_with_the_new_key_must_be_named(desk: Desk) -> None:
    desk(*CONNECT, "--key-stdin", stdin="k")
    result = desk("provider", "renew-key", "--key-stdin", *NORTH, stdin="new")
    assert result.code == 2
    assert all(name in result.err for name in ("memory/main", "memory/second"))


def test_a_location_is_a_setting(desk: Desk) -> None:
    before = everything(desk.world.store)
    result = desk(*CONNECT, "--location-id", "12", "--key-stdin", stdin="k")
    assert result.error["details"]["field"] == "settings.location_id"  # the fake provider has no such setting
    assert everything(desk.world.store) == before


def test_an_empty_key_is_refused(desk: Desk) -> None:
    assert desk(*CONNECT, "--key-stdin", stdin="\n").code == 2


def test_a_healthy_provider_exits_with_0(desk: Desk) -> None:
    result = desk("provider", "check", "--json", *NORTH)
    assert result.code == 0
    assert result.json["accounts"][0]["status"] == "healthy"
    assert "error" not in result.json["accounts"][0]


@pytest.mark.parametrize("named", [(), ("main",)])
def test_an_unhealthy_provider_exits_with_1_and_says_why(desk: Desk, named: tuple[str, ...]) -> None:
    desk.world.gym.faults.outage = GatewayUnavailable("no route")
    result = desk("provider", "check", *named, *NORTH)
    assert (result.code, result.err) == (1, "")
    assert "connection_error" in result.out
    assert "no route" in result.out
    assert desk("provider", "check", *named, *SOUTH).code == 0


def test_a_check_with_a_refused_key_blocks_the_account_and_names_the_next_step(desk: Desk) -> None:
    desk.world.gym.faults.outage = CredentialsRefused("memory refuses the API key")
    result = desk("provider", "check", *NORTH)
    assert result.code == 1
    assert "blocked" in result.out
    assert "enter a valid key: tresen provider renew-key memory/main --tenant north" in result.out
    assert "blocked" in desk("provider", "list", *NORTH).out
    calls = len(desk.world.gym.faults.calls)
    again = desk("provider", "check", *NORTH)
    assert (again.code, len(desk.world.gym.faults.calls)) == (1, calls)
    assert "tresen provider renew-key memory/main --tenant north" in again.out
    assert "Enter a valid API key" in desk("tasks", "list", *NORTH).out


def test_without_an_account_the_next_step_is_told(desk: Desk) -> None:
    desk("tenant", "create", "west", "West")
    assert "tresen provider connect" in desk("provider", "list", "--tenant", "west").out
    for command in (("provider", "check"), ("sync", "run")):
        result = desk(*command, "--tenant", "west")
        assert result.code == 4
        assert "tresen provider connect" in result.err
