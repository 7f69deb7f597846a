"""An undo that takes much away, or nothing, says so before and after."""

import pytest
from tests.integration.cli.desk import everything
from tests.integration.cli.quarrels import NORTH, Quarrel


@pytest.fixture
def loaded(quarrel: Quarrel) -> tuple[Quarrel, str]:
    """The run that made all eight members."""
    return quarrel, quarrel.json("runs")["runs"][-1]["id"]


def test_an_undo_that_a_guard_holds_says_what_lets_it_through(loaded: tuple[Quarrel, str]) -> None:
    quarrel, run = loaded
    before = everything(quarrel.desk.world.store)
    result = quarrel.desk("sync", "undo", "--run", run, "--yes", *NORTH)
    assert (result.code, result.out) == (7, "")
    assert result.err.startswith("error: a guard holds this undo: 8 of 8 records would be deleted")
    assert "let it through: the same command with --accept-guard" in result.err
    assert everything(quarrel.desk.world.store) == before
    error = quarrel.desk("sync", "undo", "--run", run, "--yes", "--json", *NORTH).error
    assert error["code"] == "plan_held"
    assert error["details"] == {"guard": "deleted", "count": 8, "shared": 8}
    assert quarrel.desk("sync", "undo", "--run", run, "--yes", "--accept-guard", *NORTH).code == 0
    assert quarrel.members() == {}


def test_a_version_that_there_is_not_is_refused_with_those_that_there_are(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.sync()
    undo = ("sync", "undo", "--record", "member", "memory/1001", "--to-version")
    for version in ("3", "99"):
        result = quarrel.desk(*undo, version, "--dry-run", *NORTH)
        assert (result.code, result.out) == (2, "")
        assert f"this member has no version {version}: its versions are 1 to 2" in result.err
    assert quarrel.desk(*undo, "2", "--dry-run", *NORTH).out == "there is nothing to put back\n"
    assert "new@example.org -> ada@example.org" in quarrel.desk(*undo, "1", "--dry-run", *NORTH).out
    untouched = quarrel.desk("sync", "undo", "--record", "member", "memory/1002", "--to-version", "2", *NORTH)
    assert "there is only version 1" in untouched.err


def test_a_record_that_was_deleted_comes_back_from_a_version_that_it_had(quarrel: Quarrel) -> None:
    key = quarrel.desk("members", "list", "--q", "bob", "--json", *NORTH).json["members"][0]["id"]
    quarrel.lose(1)
    quarrel.later()
    quarrel.sync()
    last = quarrel.json("history", "member", key)["versions"][0]["number"]
    undo = ("sync", "undo", "--record", "member", key, "--to-version")
    assert quarrel.desk(*undo, str(last + 1), "--dry-run", *NORTH).code == 2
    assert ": bring back here" in quarrel.desk(*undo, "1", "--dry-run", *NORTH).out
