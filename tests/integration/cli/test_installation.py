"""Tenants, users and keys."""

import asyncio
import re

import pytest
from tests.integration.cli.desk import Desk, everything

from tresen.application.identity.log_in import Credentials
from tresen.domain.identity.role import Role
from tresen.domain.shared.errors import NotAuthenticated

NORTH = ("--tenant", "north")
NEW_USER = ("user", "create", "--email", "eve@west.example", "--name", "Eve", "--role", "admin", *NORTH)


def may_log_in(desk: Desk, email: str, password: str) -> bool:
    given = Credentials(email=email, password=password, address="192.0.2.9")
    try:
        asyncio.run(desk.world.use_cases.log_in(given))
    except NotAuthenticated:
        return False
    return True


def test_a_tenant_is_created_and_listed(desk: Desk) -> None:
    made = desk("tenant", "create", "west", "West Gym", "--zone", "Europe/Berlin", "--json")
    listed = desk("tenant", "list", "--json").json
    assert made.code == 0
    assert made.json["tenant"]["zone"] == "Europe/Berlin"
    assert made.json["tenant"] in listed["tenants"]
    assert [t["slug"] for t in listed["tenants"]] == ["north", "south", "west"]
    assert listed["count"] == 3


def test_a_slug_is_given_once(desk: Desk) -> None:
    assert desk("tenant", "create", "north", "Again").code == 1


def test_an_empty_installation_says_what_to_do_next(desk: Desk) -> None:
    desk.world.store._rooms.clear()
    assert "tresen tenant create" in desk("tenant", "list").out
    assert desk("tenant", "list", "--json").json == {"tenants": [], "count": 0}


def test_a_user_gets_the_password_from_the_standard_input(desk: Desk) -> None:
    result = desk(*NEW_USER, "--password-stdin", "--json", stdin="a password of hers\n")
    assert result.code == 0
    assert result.json["user"]["role"] == "admin"
    assert "password" not in result.out
    assert may_log_in(desk, "eve@west.example", "a password of hers")
    assert not may_log_in(desk, "eve@west.example", "a password of hers\n")


def test_a_password_is_asked_for_twice_on_a_terminal(desk: Desk) -> None:
    assert desk(*NEW_USER, typed=("a password of hers", "a password of hers")).code == 0
    assert may_log_in(desk, "eve@west.example", "a password of hers")


@pytest.mark.parametrize("typed", [("a password of hers", "another of hers"), ("short",)])
def test_a_doubtful_password_makes_no_user(desk: Desk, typed: tuple[str, ...]) -> None:
    before = everything(desk.world.store)
    assert desk(*NEW_USER, typed=typed).code == 2
    assert everything(desk.world.store) == before


def test_without_a_terminal_a_password_is_not_waited_for(desk: Desk) -> None:
    result = desk(*NEW_USER, stdin="a password of hers\n")
    assert result.code == 2
    assert "--password-stdin" in result.err


def test_an_address_is_taken_across_tenants(desk: Desk) -> None:
    taken = ("user", "create", "--email", "ADMIN@south.example", "--name", "A", "--role", "viewer", *NORTH)
    assert desk(*taken, "--password-stdin", stdin="a password of hers").code == 1


def test_users_are_listed_in_windows(desk: Desk) -> None:
    page = desk("user", "list", "--limit", "2", "--offset", "1", "--json", *NORTH).json
    assert [u["email"] for u in page["users"]] == ["adviser@north.example", "operator@north.example"]
    assert page["count"] == 5
    assert "2-3 of 5; more with --offset 3" in desk("user", "list", "--limit", "2", "--offset", "1", *NORTH).out
    assert "nothing from offset 9 on; there are 5" in desk("user", "list", "--offset", "9", *NORTH).out
    backwards = desk("user", "list", "--desc", "--limit", "1", "--json", *NORTH).json
    assert backwards["users"][0]["email"] == "viewer@north.example"


def test_hashes_and_passwords_are_never_shown(desk: Desk) -> None:
    everybody = desk("user", "list", "--json", *NORTH).out + desk("user", "list", *NORTH).out
    assert "argon2" not in everybody
    assert "hash" not in everybody


def test_a_user_list_comes_from_the_environment(desk: Desk) -> None:
    environ = {"USERLIST": "anna:old one,bert@else.example:b"}
    options = ("--from-env", "USERLIST", "--domain", "gym.example", "--admins", "anna", "--json", *NORTH)
    result = desk("user", "import", *options, environ=environ)
    assert [(u["email"], u["role"]) for u in result.json["created"]] == [
        ("anna@gym.example", Role.ADMIN.value),
        ("bert@else.example", Role.ADVISER.value),
    ]
    assert may_log_in(desk, "anna@gym.example", "old one")
    again = desk("user", "import", *options, environ=environ)
    assert again.json == {"created": [], "kept": ["anna@gym.example", "bert@else.example"]}


def test_a_user_list_comes_from_the_standard_input_or_a_file(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("users") / "users.txt"
    file.write_text("carl@x.example:c\r\ndora@x.example:d\n", encoding="utf-8")
    assert desk("user", "import", "-", *NORTH, stdin="anna@x.example:a\n").out.endswith("1 created, 0 there already\n")
    assert desk("user", "import", str(file), *NORTH).out.endswith("2 created, 0 there already\n")
    assert may_log_in(desk, "dora@x.example", "d")


def test_one_bad_entry_imports_nobody_and_shows_no_password(desk: Desk) -> None:
    before = everything(desk.world.store)
    result = desk("user", "import", "-", "--domain", "x.example", *NORTH, stdin="anna:hush1,berthush2")
    assert result.code == 2
    assert "hush" not in result.err
    assert everything(desk.world.store) == before


def test_a_file_that_is_no_text_is_refused(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("users") / "users.bin"
    file.write_bytes(b"\xff\xfe\x00")
    assert desk("user", "import", str(file), *NORTH).code == 2


def test_a_key_is_shown_once_and_works_until_it_is_revoked(desk: Desk) -> None:
    options = ("--scope", "members:read", "--scope", "leads:read", "--expires", "2026-03-31")
    made = desk("key", "create", "--name", "till", *options, "--json", *NORTH).json
    text, id_ = made["key"], made["api_key"]["id"]
    assert made["api_key"]["scopes"] == ["leads:read", "members:read"]
    assert made["api_key"]["expires_at"] == "2026-04-01T00:00:00Z"
    assert asyncio.run(desk.world.use_cases.authenticate.api_key(text)).name == "till"
    assert text not in desk("key", "list", *NORTH).out + desk("key", "list", "--json", *NORTH).out
    assert desk("key", "revoke", id_, "--tenant", "south").code == 3
    assert desk("key", "revoke", id_, *NORTH).code == 0
    assert desk("key", "list", "--json", *NORTH).json["api_keys"][0]["revoked_at"] == "2026-03-02T12:00:00Z"
    with pytest.raises(NotAuthenticated):
        asyncio.run(desk.world.use_cases.authenticate.api_key(text))


def test_only_scopes_that_a_key_may_have_are_offered(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    refused = desk("key", "create", "--name", "a", "--scope", "foo", *NORTH)
    assert refused.err.startswith("error: 'foo' is no scope; choose from members:read, members:write, ")
    assert "installation" not in refused.err
    *_, told = refused.err.splitlines()[0].split(", ")
    assert told == "stats:read"
    mine = desk("key", "create", "--name", "a", "--scope", "installation", *NORTH)
    assert "the scope installation is for operators" in mine.err
    desk("key", "create", "--help")
    offered = re.sub(r"\s+", "", capsys.readouterr().out)
    assert "members:read,members:write," in offered
    assert "docs/reference/scopes.md" in offered


def test_the_last_day_of_a_key_ends_in_the_tenants_zone(desk: Desk) -> None:
    desk("tenant", "create", "west", "West", "--zone", "Europe/Berlin")
    options = ("--name", "k", "--scope", "members:read", "--expires", "2026-07-31", "--tenant", "west", "--json")
    assert desk("key", "create", *options).json["api_key"]["expires_at"] == "2026-07-31T22:00:00Z"
    assert desk("key", "create", *options[:-1]).out.endswith("; it is valid through 2026-07-31\n")
    listed = desk("key", "list", "--tenant", "west").out
    assert listed.count("through 2026-07-31") == 2
    assert "2026-08-01" not in listed


def test_a_key_for_people_stands_alone_on_its_line(desk: Desk) -> None:
    lines = desk("key", "create", "--name", "k", "--scope", "members:read", *NORTH).out.splitlines()
    assert lines[0].startswith("tresen_key_")
    assert " " not in lines[0]
    assert "tresen key create" in desk("key", "list", "--tenant", "south").out
