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
