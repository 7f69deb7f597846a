"""tresen simulate: what the runtime is asked, and how its answer is told."""

import attrs
from tests.integration.cli.desk import Desk

from tresen.entrypoints.runtime import FailedSeed, SimulateOptions

FAILED = FailedSeed(seed=7, rule="quiet", seen="rows", lines=["account 0", "1. sync"], script={"seed": 7})


def test_seeds_that_hold_exit_with_0(desk: Desk) -> None:
    result = desk("simulate", "--seeds", "20", "--kinds", "leads", "--faults", "lost, 429", "--processes", "2")
    assert (result.code, result.out) == (0, "20 seeds, 5 runs, 70 calls to providers: everything holds\n")
    assert "simulation: seeds 20 of 20" in result.err
    assert desk.runtime.simulations == [
        SimulateOptions(seeds=20, kinds=("leads",), faults=("lost", "429"), processes=2)
    ]


def test_a_seed_that_fails_is_shown_with_its_short_script_and_exits_with_1(desk: Desk) -> None:
    desk.runtime.simulated = attrs.evolve(desk.runtime.simulated, failed=[FAILED])
    result = desk("simulate", "--seed", "7")
    assert result.code == 1
    assert result.out.splitlines()[1:] == [
        "",
        "seed 7 breaks quiet: rows",
        "account 0",
        "1. sync",
        "again: tresen simulate --seed 7",
    ]
    assert desk.runtime.simulations == [SimulateOptions(seeds=1, first=7)]


def test_programs_get_one_document(desk: Desk) -> None:
    desk.runtime.simulated = attrs.evolve(desk.runtime.simulated, failed=[FAILED])
    result = desk("simulate", "--seed", "7", "--json")
    assert (result.code, result.err) == (1, "")
    assert result.json["failed"] == [{"seed": 7, "rule": "quiet", "seen": "rows", "script": {"seed": 7}}]


def test_no_seeds_and_no_processes_are_refused(desk: Desk) -> None:
    assert desk("simulate", "--seeds", "0").code == 2
    assert desk("simulate", "--processes", "0").code == 2
