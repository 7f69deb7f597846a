"""Packages, runs and the audit log can be looked up; empty lists and wrong commands say what is meant."""

import asyncio
import getpass
import re

from tests.builders import an_audit_entry
from tests.integration.cli.desk import Desk
from tests.integration.cli.reference import PAGE, commands

from tresen.entrypoints.cli.app import COMMANDS, create_cli

NORTH = ("--tenant", "north")


def test_packages_are_those_of_the_last_sync(desk: Desk) -> None:
    assert "tresen sync run members" in desk("packages", "list", *NORTH).out
    desk("sync", "run", "members", *NORTH)
    (package,) = desk("packages", "list", "--json", *NORTH).json["packages"]
    assert package == {
        "id": "7",
        "name": "Gold",
        "kind": "Class Plan",
        "price": {"amount": "49.00", "currency": "EUR"},
        "commitment": None,
    }
    assert "49.00 EUR" in desk("packages", "list", *NORTH).out


def test_runs_are_syncs_and_writes_only_when_they_are_asked_for(desk: Desk) -> None:
    desk("sync", "run", "leads", *NORTH)
    desk("leads", "create", "--first-name", "Eva", "--email", "eva@example.org", *NORTH)
    kinds = [run["kind"] for run in desk("sync", "runs", "--json", *NORTH).json["runs"]]
    assert kinds == ["leads"]
    assert [run["kind"] for run in desk("sync", "status", "--json", *NORTH).json["runs"]] == ["leads"]
    told = desk("sync", "status", *NORTH).out.splitlines()
    assert [told[told.index(title) + 1].split()[0] for title in ("each kind of record:", "latest runs:")] == [
        "account",
        "id",
    ]
    everything = desk("sync", "runs", "--writes", "--json", *NORTH).json["runs"]
    assert sorted(run["kind"] for run in everything) == ["leads", "push"]
    assert desk("sync", "runs", "--writes", "--limit", "1", "--json", *NORTH).json["count"] == 1
    assert desk("sync", "runs", "--limit", "0", *NORTH).code == 2


def test_the_reference_page_names_every_list_that_nobody_counts(desk: Desk) -> None:
    asked = {
        " ".join(words[1:]): desk(*words[1:], "--json", *NORTH)
        for words, command in commands(create_cli())
        if any("--offset" in argument.names for argument in command.assemble_argument_collection())
    }
    uncounted = {words for words, result in asked.items() if result.code == 0 and "has_more" in result.json}
    assert uncounted >= {"sync runs", "sync plan list"}
    told = PAGE.read_text(encoding="utf-8").partition("which nobody counts")[0].rpartition("Of ")[2]
    assert set(re.findall("`([^`]+)`", told)) == {words for words in uncounted if words[:-5] not in uncounted}


async def _note(desk: Desk) -> None:
    await desk.world.use_cases.audit.append(desk.world.north.id, an_audit_entry("create lead"))


def test_the_audit_log_is_told(desk: Desk) -> None:
    assert "nobody changed anything" in desk("audit", "list", *NORTH).out
    asyncio.run(_note(desk))
    (entry,) = desk("audit", "list", "--json", *NORTH).json["audit"]
    assert (entry["name"], entry["action"], entry["status"]) == ("Ada", "create lead", 201)
    assert "create lead" in desk("audit", "list", *NORTH).out
    assert "12:00:00 UTC" in desk("audit", "list", *NORTH).out


def test_the_audit_log_is_paged(desk: Desk) -> None:
    for _ in range(3):
        asyncio.run(_note(desk))
    first = desk("audit", "list", "--limit", "2", "--json", *NORTH).json
    rest = desk("audit", "list", "--limit", "2", "--offset", "2", "--json", *NORTH).json
    assert [(page["count"], page["has_more"]) for page in (first, rest)] == [(2, True), (1, False)]
    assert desk("audit", "list", "--limit", "2", *NORTH).out.endswith("more with --offset 2\n")
    assert "more with" not in desk("audit", "list", "--limit", "2", "--offset", "1", *NORTH).out
    assert desk("audit", "list", "--offset", "3", *NORTH).out == "nothing from offset 3 on\n"


def test_an_empty_list_tells_whether_a_filter_made_it_empty(desk: Desk) -> None:
    for command in ("members", "leads"):
        assert "tresen sync run" in desk(command, "list", *NORTH).out
        filtered = desk(command, "list", "--q", "nobody", *NORTH).out
        assert "nothing fits" in filtered
        assert "tresen sync run" not in filtered
    assert "nothing fits" in desk("tasks", "list", "--status", "done", *NORTH).out


def test_an_unknown_command_is_answered_with_all_there_are(desk: Desk) -> None:
    result = desk("foo")
    assert result.code == 2
    assert ", ".join(name for name, _, _ in COMMANDS) in result.err
    assert "..." not in result.err


def test_a_lead_that_is_there_already_is_said_to_be(desk: Desk) -> None:
    new = ("leads", "create", "--first-name", "Eva", "--email", "eva@example.org", *NORTH)
    assert "captured Eva" in desk(*new).out
    assert "already there: Eva" in desk(*new).out
    assert desk("leads", "list", "--json", *NORTH).json["count"] == 1


def test_a_lead_that_is_not_changed_here_is_said_not_to_be(desk: Desk) -> None:
    new = ("leads", "create", "--first-name", "Eva", "--email", "eva@example.org", "--json", *NORTH)
    lead = desk(*new).json["lead"]["id"]
    desk.world.change_account(desk.world.account.id, writes_enabled=False)
    result = desk("leads", "update", lead, "--status", "lost", *NORTH)
    assert "Eva is not changed here; a task was made" in result.out
    assert desk("leads", "update", lead, *NORTH).code == 2


def test_whoever_sits_here_closed_the_task(desk: Desk) -> None:
    desk.world.change_account(desk.world.account.id, writes_enabled=False)
    new = ("leads", "create", "--first-name", "Eva", "--email", "eva@example.org", "--json", *NORTH)
    task = desk(*new).json["task"]["id"]
    assert desk("tasks", "done", task, "--json", *NORTH).json["task"]["done_by"] == getpass.getuser()
