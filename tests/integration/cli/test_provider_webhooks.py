"""``tresen provider webhooks``: addresses and secrets at the terminal."""

from collections.abc import Sequence
from uuid import UUID

import attrs
import pytest
from tests.integration.cli.desk import Desk, everything

from tresen.adapters.memory.gym_providers import MemoryGymProviders
from tresen.application.tenancy.list_provider_accounts import ListProviderAccounts
from tresen.domain.shared.ids import AccountId

NORTH = ("--tenant", "north")
HOOKS = ("provider", "webhooks")


class KeepsNoMembers(MemoryGymProviders):
    """No provider is a gym."""

    def names(self) -> Sequence[str]:
        return ()


def test_the_whole_address_is_shown_with_what_to_do_next(desk: Desk) -> None:
    told = desk(*HOOKS, "show", *NORTH)
    assert told.code == 0
    assert "https://desk.example/webhooks/memory/" in told.out
    assert "next: tresen provider webhooks secret memory/main," in told.out
    document = desk(*HOOKS, "show", "main", "--json", *NORTH).json["webhooks"]
    assert document["address"] in told.out


def test_a_secret_comes_from_the_standard_input_or_is_asked_for_and_is_never_shown(desk: Desk) -> None:
    outs = [
        desk(*HOOKS, "secret", "--secret-stdin", *NORTH, stdin="s3cr3t-one\n"),
        desk(*HOOKS, "secret", "--json", *NORTH, typed=("s3cr3t-two",)),
        desk(*HOOKS, "show", "--json", *NORTH),
    ]
    assert [one.code for one in outs] == [0, 0, 0]
    assert "s3cr3t" not in "".join(one.out + one.err for one in outs)
    assert len(outs[-1].json["webhooks"]["secrets"]) == 1


def test_a_made_secret_is_told_once(desk: Desk) -> None:
    desk(*HOOKS, "secret", "--secret-stdin", *NORTH, stdin="former")
    made = desk(*HOOKS, "secret", "--generate", "--keep-former-for", "24h", "--json", *NORTH).json
    assert len(made["secret"]) == 43
    assert [one["expires_at"] for one in made["webhooks"]["secrets"]] == [None, "2026-03-03T12:00:00Z"]
    assert made["secret"] not in desk(*HOOKS, "show", "--json", *NORTH).out
    lines = desk(*HOOKS, "secret", "--generate", *NORTH).out.splitlines()
    assert len(lines[0]) == 43
    assert "the only time" in lines[1]


@pytest.mark.parametrize(
    "options", [("--generate", "--secret-stdin"), ("--generate", "--keep-former-for", "60d"), ("--secret-stdin",)]
)
def test_what_cannot_be_meant_changes_nothing(desk: Desk, options: tuple[str, ...]) -> None:
    desk(*HOOKS, "show", *NORTH)
    before = everything(desk.world.store)
    assert desk(*HOOKS, "secret", *options, *NORTH, stdin="\n").code == 2
    assert everything(desk.world.store) == before


def test_without_a_terminal_nobody_is_asked(desk: Desk) -> None:
    result = desk(*HOOKS, "secret", *NORTH)
    assert (result.code, "--secret-stdin" in result.err) == (2, True)


def test_it_is_closed_and_opened(desk: Desk) -> None:
    assert "disabled since" in desk(*HOOKS, "disable", *NORTH).out
    assert "state:         open" in desk(*HOOKS, "enable", *NORTH).out


def test_of_several_accounts_one_must_be_named(desk: Desk) -> None:
    desk("provider", "connect", "memory", "--name", "second", "--key-stdin", *NORTH, stdin="k")
    result = desk(*HOOKS, "show", *NORTH)
    assert result.code == 2
    assert "memory/main" in result.err
    assert "memory/second" in result.err
    assert desk(*HOOKS, "show", "second", *NORTH).code == 0


def test_an_account_is_named_by_its_provider_too(desk: Desk) -> None:
    """Two accounts of one name at different providers, and one more at one of them."""
    accounts = desk.world.store.room(desk.world.north.id).accounts
    other = AccountId(UUID(int=99))
    accounts.put(other, attrs.evolve(desk.world.account, id=other, provider="bookings"))
    ambiguous = desk("provider", "check", "main", *NORTH)
    assert (ambiguous.code, "Give provider/name or the id: " in ambiguous.err) == (2, True)
    assert f"bookings/main ({other})" in ambiguous.err
    for name in ("bookings", "bookings/main", str(other)):
        (found,) = desk("provider", "check", name, "--json", *NORTH).json["accounts"]
        assert found["provider"] == "bookings"
    third = AccountId(UUID(int=100))
    accounts.put(third, attrs.evolve(desk.world.account, id=third, provider="bookings", name="desk"))
    assert desk("provider", "check", "bookings", *NORTH).code == 2


def test_without_such_an_account_the_next_step_is_told(desk: Desk) -> None:
    desk("tenant", "create", "west", "West")
    result = desk(*HOOKS, "show", "--tenant", "west")
    assert result.code == 4
    assert "tresen provider connect" in result.err


def test_syncs_look_at_gyms_only(desk: Desk) -> None:
    """A booking system's account beside the gym's is neither synced nor asked for members; its check says so."""
    accounts = desk.world.store.room(desk.world.north.id).accounts
    other = AccountId(UUID(int=99))
    accounts.put(other, attrs.evolve(desk.world.account, id=other, provider="bookings", name="desk"))
    ran = desk("sync", "run", "leads", "--json", *NORTH)
    assert (ran.code, ran.json["count"]) == (0, 1)
    assert desk("sync", "run", "leads", "--account", "desk", *NORTH).code == 3
    checked = desk("provider", "check", "--json", *NORTH)
    assert checked.code == 0
    assert sorted(one["status"] for one in checked.json["accounts"]) == ["healthy", "not_probed"]


def test_whoever_connects_an_account_is_told_of_webhooks(desk: Desk) -> None:
    told = desk("provider", "connect", "memory", "--name", "second", "--key-stdin", *NORTH, stdin="k")
    assert told.out.splitlines()[-2:] == [
        "next: tresen provider check memory/second",
        "and:  tresen provider webhooks ensure memory/second",
    ]


def test_no_check_is_recommended_where_nothing_is_probed(desk: Desk) -> None:
    world = desk.world
    accounts = ListProviderAccounts(world.transactions, KeepsNoMembers({}))
    uses = attrs.evolve(world.use_cases, list_provider_accounts=accounts)
    desk.runtime.world = attrs.evolve(world, use_cases=uses)
    told = desk("provider", "connect", "memory", "--name", "second", "--key-stdin", *NORTH, stdin="k")
    assert told.out.splitlines()[1:] == ["next: tresen provider webhooks ensure memory/second"]


def test_a_key_file_is_read_whole(desk: Desk) -> None:
    """Credentials that are a JSON document stand on several lines."""
    made = desk(
        *("provider", "connect", "memory", "--name", "file", "--key-stdin", "--json", *NORTH),
        stdin='{\n  "type": "service_account"\n}\n',
    )
    account = made.json["provider_account"]
    room = desk.world.store.room(desk.world.north.id)
    sealed = next(row.credentials for _, row in room.accounts.items() if str(row.id) == account["id"])
    assert desk.world.box.open(sealed or b"") == '{\n  "type": "service_account"\n}'
