"""Syncs from the command line."""

import asyncio
import re
from datetime import timedelta

import pytest
from tests.integration.cli.desk import Desk
from tests.unit.application.stirring import stir

from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable

NORTH, SOUTH = ("--tenant", "north"), ("--tenant", "south")


def test_everything_is_synced_with_a_summary(desk: Desk) -> None:
    desk.world.enrol()
    desk.world.attract()
    result = desk("sync", "run", "--json", *NORTH)
    runs = result.json["runs"]
    assert (result.code, result.err) == (0, "")
    assert [(r["kind"], r["state"], r["counts"]["created"]) for r in runs] == [
        ("members", "completed", 2),
        ("leads", "completed", 1),
    ]
    assert result.json["count"] == 2
    assert desk("members", "list", "--json", *SOUTH).json["count"] == 0


def test_one_kind_alone_is_synced(desk: Desk) -> None:
    runs = desk("sync", "run", "leads", "--json", *NORTH).json["runs"]
    assert [r["kind"] for r in runs] == ["leads"]


def test_a_skipped_run_is_no_failure_and_says_why(desk: Desk) -> None:
    desk("sync", "run", *NORTH)
    result = desk("sync", "run", *NORTH)
    assert result.code == 0
    assert "skipped" in result.out
    assert result.out.splitlines()[-1] == "sync it now all the same: tresen sync run --force --tenant north"
    one = desk("sync", "run", "leads", *NORTH)
    assert one.out.splitlines()[-1] == "sync it now all the same: tresen sync run leads --force --tenant north"
    forced = desk("sync", "run", "--force", "--json", *NORTH).json["runs"]
    assert {r["state"] for r in forced} == {"completed"}


def test_a_failed_run_exits_with_1_and_advises(desk: Desk) -> None:
    desk.world.gym.faults.outage = GatewayUnavailable("no route")
    result = desk("sync", "run", *NORTH)
    assert result.code == 1
    assert "failed" in result.out
    assert "no route" in result.out
    assert "tresen provider check" in result.out
    document = desk("sync", "run", "--json", *NORTH).json
    assert [e["code"] for e in document["errors"]] == ["provider_unavailable"] * 2


def test_refused_credentials_fail_and_leave_a_task(desk: Desk) -> None:
    desk.world.gym.faults.outage = CredentialsRefused("401")
    assert desk("sync", "run", *NORTH).code == 1
    assert desk("tasks", "list", "--json", *NORTH).json["staff_tasks"][0]["reason"] == "credentials"
    assert desk("provider", "list", "--json", *NORTH).json["provider_accounts"][0]["credential_state"] == "blocked"


def test_refused_credentials_name_the_command_that_gives_the_account_another_key(desk: Desk) -> None:
    renewal = "enter a valid key: tresen provider renew-key memory/main"
    desk.world.gym.faults.outage = CredentialsRefused("401")
    asked = desk("members", "list", "--live", *NORTH)
    assert (asked.code, asked.err.splitlines()[1]) == (6, f"hint: {renewal}")
    ran = desk("sync", "run", "members", *NORTH).out
    assert f"{renewal} --tenant north" in ran
    (run,) = desk("sync", "runs", "--json", *NORTH).json["runs"]
    assert f"{renewal} --tenant north" in desk("sync", "runs", "show", run["id"], *NORTH).out
    assert f"{renewal} --tenant north" in desk("sync", "status", *NORTH).out
    again = desk("sync", "run", "members", *NORTH).out
    assert f"{renewal} --tenant north" in again
    assert "provider connect" not in again + desk("sync", "status", *NORTH).out


def test_an_unusable_record_is_told_and_fails_nothing(desk: Desk) -> None:
    bad = desk.world.enrol("Bob")
    desk.world.enrol("Ada")
    for entry in desk.world.gym.books.members._entries.values():
        entry.unreadable = entry.external_id == bad
    result = desk("sync", "run", "members", *NORTH)
    assert result.code == 0
    assert f"record {bad} makes no sense" in result.out
    assert "correct the record at the provider" in result.out


def test_errors_of_earlier_runs_are_not_told_again(desk: Desk) -> None:
    desk.world.gym.faults.outage = GatewayUnavailable("no route")
    desk("sync", "run", *NORTH)
    desk.world.gym.faults.outage = None
    assert desk("sync", "run", "--json", *NORTH).json["errors"] == []
    assert "no route" in desk("sync", "status", *NORTH).out


def test_status_of_a_fresh_tenant_says_never_and_what_to_do(desk: Desk) -> None:
    result = desk("sync", "status", *NORTH)
    assert result.code == 0
    assert "members last synced: never" in result.out
    assert "leads last synced:   never" in result.out
    assert "tresen sync run" in result.out


def test_one_account_that_never_synced_is_named(desk: Desk) -> None:
    desk("sync", "run", "members", *NORTH)
    options = ("--name", "two", "--base-url", "memory://south", "--key-stdin")
    desk("provider", "connect", "memory", *options, *NORTH, stdin="k")
    result = desk("sync", "status", *NORTH)
    assert "members last synced: 2026-03-02 12:00 UTC; never at memory/two" in result.out
    assert "leads last synced:   never\n" in result.out
    status = desk("sync", "status", "--json", *NORTH).json
    assert (status["last_sync_members"], status["never_synced_members"]) == ("2026-03-02T12:00:00Z", ["memory/two"])


def test_status_tells_the_last_success_in_the_tenants_zone(desk: Desk) -> None:
    desk("sync", "run", *NORTH)
    desk.world.clock.advance(timedelta(hours=2))
    desk.world.gym.faults.outage = GatewayUnavailable("no route")
    desk("sync", "run", "leads", *NORTH)
    status = desk("sync", "status", "--json", *NORTH).json
    assert status["last_sync_members"] == status["last_sync_leads"] == "2026-03-02T12:00:00Z"
    assert (status["total_errors"], status["wodify_configured"]) == (1, True)
    assert [r["state"] for r in status["runs"]] == ["failed", "completed", "completed"]
    assert "2026-03-02 12:00 UTC" in desk("sync", "status", *NORTH).out


def test_without_a_terminal_progress_is_lines_on_the_error_stream(desk: Desk) -> None:
    desk.world.enrol()
    result = desk("sync", "run", "members", *NORTH)
    assert result.err == "main: members 1\nmain: memberships 1\n"
    assert "main: members" not in result.out


def test_on_a_terminal_progress_is_a_bar_and_tables_are_drawn(desk: Desk) -> None:
    desk.world.enrol()
    desk("sync", "run", *NORTH)
    result = desk("sync", "run", "members", "--force", *NORTH, tty=True)
    assert "main: members" in result.err
    assert "1 of 1" in result.err
    assert "━" in result.err
    assert "─" in result.out


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)])
def test_colours_are_left_out_on_demand(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], *, coloured: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    result = desk("sync", "run", *NORTH, tty=True, environ=environ)
    colour = re.compile(r"\x1b\[(3[0-8]|9[0-7])")
    assert bool(colour.search(result.err)) is coloured
    assert colour.search(result.out) is None


def test_only_the_named_account_is_synced(desk: Desk) -> None:
    desk("provider", "connect", "memory", "--name", "second", "--key-stdin", *NORTH, stdin="k")
    assert desk("sync", "run", "leads", "--json", *NORTH).json["count"] == 2
    named = desk("sync", "run", "leads", "--account", "second", "--force", "--json", *NORTH).json
    assert named["count"] == 1


def with_a_second(desk: Desk, name: str = "second") -> None:
    desk.world.enrol()
    desk("provider", "connect", "memory", "--name", name, "--key-stdin", *NORTH, stdin="k")


def both_at_once(desk: Desk) -> None:
    """No listing goes on unless both accounts are asked at the same time."""
    both = asyncio.Barrier(2)

    async def meet() -> None:
        async with asyncio.timeout(5):
            await both.wait()

    stir(desk.world.gym, "member", meet)


def test_all_accounts_are_synced_side_by_side(desk: Desk) -> None:
    with_a_second(desk)
    both_at_once(desk)
    result = desk("sync", "run", "--force", "--json", *NORTH)
    accounts = [run["account_id"] for run in result.json["runs"]]
    assert [(run["kind"], run["state"]) for run in result.json["runs"]] == [
        ("members", "completed"),
        ("leads", "completed"),
    ] * 2
    assert accounts[0] == accounts[1] != accounts[2] == accounts[3]


def test_lines_of_progress_name_their_account(desk: Desk) -> None:
    with_a_second(desk)
    both_at_once(desk)
    result = desk("sync", "run", "members", "--force", *NORTH)
    assert sorted(result.err.splitlines()) == [
        *("main: members 1", "main: memberships 1"),
        *("second: members 1", "second: memberships 1"),
    ]


def test_on_a_terminal_all_accounts_have_their_bars(desk: Desk) -> None:
    with_a_second(desk)
    both_at_once(desk)
    shown = desk("sync", "run", "members", "--force", *NORTH, tty=True).err
    assert "main: members" in shown
    assert "second: memberships" in shown
