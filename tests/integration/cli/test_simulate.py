"""tresen simulate: what the runtime is asked, and how its answer is told."""

import attrs
import pytest
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


@pytest.mark.parametrize(
    ("given", "either"),
    [
        (["--seed", "7", "--seeds", "3"], "--seed or --seeds"),
        (["--seed", "7", "--first", "0"], "--seed or --first"),
        (["--seed", "0", "--script", "lead.json"], "--script or --seed"),
        (["--seeds", "1000", "--script", "lead.json"], "--script or --seeds"),
        (["--faults", "lost", "--script", "lead.json"], "--script or --faults"),
        (["--kinds", "", "--script", "lead.json"], "--script or --kinds"),
    ],
)
def test_what_would_be_passed_over_is_refused(desk: Desk, given: list[str], either: str) -> None:
    result = desk("simulate", *given)
    assert (result.code, desk.runtime.simulations) == (2, [])
    assert f"give either {either}" in result.err


def test_one_seed_is_one_seed(desk: Desk) -> None:
    desk.runtime.simulated = attrs.evolve(desk.runtime.simulated, runs=1, calls=1)
    assert desk("simulate", "--seed", "0").out == "1 seed, 1 run, 1 call to providers: everything holds\n"
    assert desk.runtime.simulations == [SimulateOptions(seeds=1, first=0)]


def test_without_a_word_a_thousand_are_played(desk: Desk) -> None:
    desk("simulate")
    desk("simulate", "--first", "5")
    assert desk.runtime.simulations == [SimulateOptions(seeds=1000), SimulateOptions(seeds=1000, first=5)]


def test_how_to_play_it_again_names_all_that_made_it(desk: Desk) -> None:
    desk.runtime.simulated = attrs.evolve(desk.runtime.simulated, failed=[FAILED])
    narrowed = desk("simulate", "--seed", "7", "--kinds", "leads", "--faults", "lost, 429")
    assert narrowed.out.endswith("again: tresen simulate --seed 7 --kinds leads --faults lost,429\n")
    script = desk("simulate", "--script", "my lead.json")
    assert "the script breaks quiet: rows" in script.out
    assert script.out.endswith("again: tresen simulate --script 'my lead.json'\n")


def test_the_help_shows_no_empty_defaults(desk: Desk) -> None:
    assert '[default: ""]' not in desk("simulate", "--help").out
