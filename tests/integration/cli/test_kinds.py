"""Kinds are taken in either number."""

import pytest
from tests.integration.cli.quarrels import NORTH, Quarrel

READING = (
    ("runs", "--kind", "{course}"),
    ("conflicts", "--kind", "{record}"),
    ("explain", "{record}", "memory/1001"),
    ("history", "{record}", "memory/1001"),
    ("policy", "show", "{record}"),
    ("policy", "versions", "{record}"),
    ("undo", "--record", "{record}", "memory/1001", "--to-version", "1", "--dry-run"),
)
WRITING = (
    ("run", "{course}", "--force"),
    ("plan", "{course}"),
    ("policy", "set", "{record}", "email=ours"),
    ("policy", "reset", "{record}"),
    ("resolve", "--all", "--theirs", "--yes", "--kind", "{record}"),
)


@pytest.mark.parametrize("words", READING)
def test_singular_and_plural_are_answered_alike(quarrel: Quarrel, words: tuple[str, ...]) -> None:
    answers = [
        quarrel.json(*(word.format(course=kind, record=kind) for word in words)) for kind in ("member", "members")
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("kind", ["member", "members"])
@pytest.mark.parametrize("words", WRITING)
def test_both_are_taken_where_something_is_done(quarrel: Quarrel, words: tuple[str, ...], kind: str) -> None:
    result = quarrel.desk("sync", *(word.format(course=kind, record=kind) for word in words), *NORTH)
    assert result.code == 0, result.err


def test_a_singular_run_is_booked_like_any_other(quarrel: Quarrel) -> None:
    assert quarrel.desk("sync", "run", "lead", "--force", *NORTH).code == 0
    assert quarrel.json("runs")["runs"][0]["kind"] == "leads"


@pytest.mark.parametrize("words", [*READING, *WRITING])
def test_another_kind_is_refused_with_those_that_there_are(quarrel: Quarrel, words: tuple[str, ...]) -> None:
    result = quarrel.desk("sync", *(word.format(course="goats", record="goats") for word in words), *NORTH)
    assert result.code == 2
    assert "there is no kind 'goats'; there are member" in result.err


@pytest.mark.parametrize("words", [("run",), ("plan",), ("runs", "--kind")])
def test_memberships_are_said_to_come_with_members(quarrel: Quarrel, words: tuple[str, ...]) -> None:
    result = quarrel.desk("sync", *words, "memberships", *NORTH)
    assert (result.code, "; members bring their memberships" in result.err) == (2, True)
    assert "bring" not in quarrel.desk("sync", *words, "goats", *NORTH).err


def test_what_if_takes_both(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    plan = quarrel.json("plan", "members")["plan"]["id"]
    answers = [quarrel.json("whatif", plan, "--set", f"{kind}.email=ours") for kind in ("member", "members")]
    assert answers[0] == answers[1]
