"""Whoever is killed in the middle of a two-way sync: the next run completes it; nothing is lost, nothing made twice."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

# By scene (see ``mortal.SCENES``), how many processes are killed; of some cases also the one that was to complete it.
# All steps of a scene are killed by ``python -m tests.integration.sync.mortal sqlite whole:1000``.
PLAYS = {
    "sqlite": (("whole:9",), ("feed:1", "first:2", "plan:7")),
    "postgresql": (("whole:2", "plan:1"),),
}
ENDS = {"completed", "plan_stale", "illegal_transition"}

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")


async def played(where: str, plays: Sequence[str]) -> list[dict[str, Any]]:
    """What came of each case."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.sync.mortal", where, *plays),
        stdout=PIPE,
        cwd=Path(__file__).parents[3],
    )
    out, _ = await program.communicate()
    assert program.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


def judge(told: Sequence[dict[str, Any]], plays: Sequence[str]) -> set[str]:
    """Look at each case; the kinds of steps at which processes were killed."""
    cases = [line for line in told if "killed_at" in line]
    assert len(cases) == sum(int(play.partition(":")[2]) for play in plays)
    for case in cases:
        assert case["killed_at"], "nobody was killed"
        assert case["differs"] == [], case
        assert case["lost"] == [], case
        assert case["rests"], case
        assert set(case["states"]) == {"completed"}, case
        assert set(case["left"]) <= {"interrupted"}, case
        assert case["running"] == 0, case
        assert set(case["plans"]) <= ENDS, case
    return {step.rpartition(" ")[0] for case in cases for step in case["killed_at"]}


async def test_killed_at_the_steps_of_a_whole_run() -> None:
    (plays, _) = PLAYS["sqlite"]
    told = await played("sqlite", plays)
    assert told[0]["calls"] == {"PUT /leads/{id}": 5, "POST /leads": 2, "PUT /clients/{id}": 4}
    assert {
        "after committing apply_plan",
        "after committing sync_arrived",
        "after committing confirm_push",
        "after leads.update",
        "after leads.create",
        "after clients.update",
    } <= judge(told, plays)


async def test_killed_in_a_run_of_changes_in_the_first_load_and_while_a_plan_is_applied() -> None:
    (_, plays) = PLAYS["sqlite"]
    assert {
        "after committing sync_batch",
        "after committing apply_plan",
        "after committing sync_arrived",
    } <= judge(await played("sqlite", plays), plays)


async def test_killed_on_postgresql(postgres_server: str) -> None:
    (plays,) = PLAYS["postgresql"]
    judge(await played(postgres_server, plays), plays)
