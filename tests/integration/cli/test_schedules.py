"""Schedules from the command line."""

import pytest
from tests.integration.cli.desk import Desk

NORTH, SOUTH = ("--tenant", "north"), ("--tenant", "south")


def test_schedules_are_listed_with_the_next_run_here_and_from_now(desk: Desk) -> None:
    result = desk("schedules", "list", *NORTH)
    assert (result.code, result.err) == (0, "")
    (members,) = [line for line in result.out.splitlines() if line.startswith("sync_members_auto")]
    assert members.split("  ")[:1] == ["sync_members_auto"]
    assert "every 6 h" in members
    assert "active" in members
    assert "2026-03-02 18:00 UTC (in 6 h)" in members
    (orders,) = [line for line in result.out.splitlines() if line.startswith("sync_orders_auto")]
    assert "disabled" in orders
    assert orders.endswith("no use case for orders yet")
    assert orders.split("disabled", 1)[1].split()[0] == "–"
    assert "0 5-14 * * 1-5 UTC" in result.out


def test_json_is_the_apis(desk: Desk) -> None:
    document = desk("schedules", "list", "--json", *NORTH).json
    assert document["count"] == 7
    one = document["schedules"][1]
    assert (one["name"], one["cron"], one["every_s"]) == ("availability-cron", "0 5-14 * * 1-5", None)
    assert (one["status"], one["next_at"], one["version"]) == ("disabled", None, 1)
    assert document["schedules"][-2]["next_at"] == "2026-03-02T18:00:00Z"


def test_one_is_run_by_its_name_once(desk: Desk) -> None:
    result = desk("schedules", "run", "sync_members_auto", *NORTH)
    assert result.code == 0
    assert "is queued" in result.out
    again = desk("schedules", "run", "sync_members_auto", *NORTH)
    assert again.code != 0
    assert "queued or running" in again.err
    assert desk("schedules", "run", "sync_members_auto", "--json", *SOUTH).json["job_id"]


def test_a_disabled_one_says_why_it_cannot_be_run(desk: Desk) -> None:
    result = desk("schedules", "run", "sync_orders_auto", *NORTH)
    assert result.code != 0
    assert "no use case for orders yet" in result.err


def test_one_is_paused_and_resumed_by_its_id(desk: Desk) -> None:
    key = desk("schedules", "list", "--json", *NORTH).json["schedules"][-2]["id"]
    paused = desk("schedules", "pause", key.upper(), *NORTH)
    assert paused.out == "sync_members_auto: every 6 h, paused\n"
    resumed = desk("schedules", "resume", key, *NORTH)
    assert resumed.out == "sync_members_auto: every 6 h, active; next run 2026-03-02 18:00 UTC (in 6 h)\n"


def test_one_is_edited(desk: Desk) -> None:
    cron = ("--cron", "30 2 * * *", "--zone", "Europe/Berlin")
    result = desk("schedules", "edit", "sync_members_auto", *cron, "--name", "members", *NORTH)
    assert result.out.startswith(
        "members: 30 2 * * * Europe/Berlin, active; next run 2026-03-03 01:30 UTC (in 13 h 30 min)"
    )
    result = desk("schedules", "edit", "members", "--every", "90m", "--json", *NORTH)
    assert result.json["schedule"]["every_s"] == 5_400


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give at least one of --every, --cron, --zone and --name"),
        (("--cron", "0 25 * * *"), "hour '25'"),
        (("--cron", "0 2 * * *", "--zone", "Berlin"), "no IANA time zone"),
        (("--every", "0s"), "an interval has"),
        (("--every", "-1h"), ""),
        (("--every", "1h", "--cron", "@daily"), "not both"),
        (("--zone", "Europe/Berlin"), "no zone"),
    ],
)
def test_a_bad_edit_changes_nothing_and_says_why(desk: Desk, options: tuple[str, ...], said: str) -> None:
    before = desk("schedules", "list", "--json", *NORTH).json
    result = desk("schedules", "edit", "sync_members_auto", *options, *NORTH)
    assert result.code != 0
    assert said in result.err
    assert desk("schedules", "list", "--json", *NORTH).json == before


def test_one_that_there_is_not_is_not_found(desk: Desk) -> None:
    assert desk("schedules", "pause", "nonsense", *NORTH).code != 0
    key = desk("schedules", "list", "--json", *SOUTH).json["schedules"][0]["id"]
    assert desk("schedules", "pause", key, *NORTH).code != 0
