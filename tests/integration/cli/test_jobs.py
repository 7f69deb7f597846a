"""Jobs from the command line."""

import asyncio

import pytest
from tests.integration.cli.desk import Desk

from tresen.domain.jobs.job import JobRequest
from tresen.domain.shared.ids import JobId

NORTH, SOUTH = ("--tenant", "north"), ("--tenant", "south")
MAIL = JobRequest(kind="mail", payload={"member": "1"}, key="mail:1", lane="member:1")


@pytest.fixture
def dead(desk: Desk) -> JobId:
    """A job of north's that has failed for good."""
    return asyncio.run(desk.world.dead_job(MAIL))


def test_jobs_are_listed(desk: Desk, dead: JobId) -> None:
    queued = asyncio.run(desk.world.job(JobRequest(kind="sync_members", priority=7)))
    result = desk("jobs", "list", *NORTH)
    assert (result.code, result.err) == (0, "")
    lines = [line.split("  ") for line in result.out.splitlines()]
    assert [line[0] for line in lines[1:3]] == [dead, queued]
    assert "provider_unavailable: no answer" in result.out
    assert "2026-03-02 12:00:00 UTC" in result.out
    assert "2 in all" in result.out
    assert desk("jobs", "list", "--status", "dead", *NORTH).out.count("mail") == 1
    assert desk("jobs", "list", "--q", "sync", *NORTH).out.count("mail") == 0


def test_an_empty_list_says_so(desk: Desk) -> None:
    assert "no job found" in desk("jobs", "list", *NORTH).out


def test_json_is_the_apis(desk: Desk, dead: JobId) -> None:
    document = desk("jobs", "list", "--json", *NORTH).json
    assert document["count"] == 1
    assert document["jobs"][0] == desk("jobs", "show", dead, "--json", *NORTH).json["job"]
    assert document["jobs"][0]["payload"] == {"member": "1"}


def test_a_job_is_shown_with_all_that_is_known(desk: Desk, dead: JobId) -> None:
    shown = desk("jobs", "show", dead, *NORTH).out
    for text in (
        "mail",
        "dead",
        "mail:1",
        "member:1",
        "payload member",
        "12:00:00 UTC",
        "provider_unavailable: no answer",
    ):
        assert text in shown


def test_a_dead_job_is_retried(desk: Desk, dead: JobId) -> None:
    result = desk("jobs", "retry", dead, *NORTH)
    assert result.code == 0
    assert f"job {dead} (mail) is queued again" in result.out
    again = desk("jobs", "retry", dead, "--json", *NORTH)
    assert again.code != 0
    assert again.error["code"] == "illegal_transition"


def test_a_job_is_cancelled(desk: Desk, dead: JobId) -> None:
    assert desk("jobs", "cancel", dead, *NORTH).out == f"job {dead} (mail, dead) is cancelled\n"
    assert desk("jobs", "show", dead, *NORTH).code != 0


@pytest.mark.parametrize("verb", ["show", "retry", "cancel"])
@pytest.mark.parametrize("key", ["0", "x", "²", ""])
def test_an_id_that_is_none_is_not_found(desk: Desk, verb: str, key: str) -> None:
    result = desk("jobs", verb, key, "--json", *NORTH)
    assert result.code != 0
    assert result.error["code"] == "not_found"


@pytest.mark.parametrize("verb", ["show", "retry", "cancel"])
def test_another_tenants_job_is_not_found(desk: Desk, dead: JobId, verb: str) -> None:
    assert desk("jobs", verb, dead, *SOUTH).code != 0
    assert desk("jobs", "show", dead, "--json", *NORTH).json["job"]["status"] == "dead"


@pytest.mark.parametrize("options", [("--status", "done"), ("--order-by", "payload"), ("--limit", "0")])
def test_a_list_that_makes_no_sense_is_refused(desk: Desk, options: tuple[str, ...]) -> None:
    assert desk("jobs", "list", *options, *NORTH).code != 0
