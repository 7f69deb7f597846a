"""Whoever is killed, wherever: nothing that was answered is lost, and nothing takes effect twice."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from .mortal import SUBJECTS

RUNS, AT_ONCE = 240, 2


def runs() -> tuple[int, list[dict[str, Any]]]:
    """How many steps a clean run has, and what the runs told."""
    share = RUNS // AT_ONCE
    module = "tests.integration.webhooks.mortal"
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", module, str(share * number), str(share)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(AT_ONCE)
    ]
    steps, found = 0, []
    for program in programs:
        out, _ = program.communicate(timeout=600)
        assert program.returncode == 0, out
        head, *lines = out.splitlines()
        steps = json.loads(head)["steps"]
        found += [json.loads(line) for line in lines]
    return steps, found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")
def test_killed_at_every_step_nothing_is_lost_and_nothing_happens_twice() -> None:
    steps, found = runs()
    assert len(found) == RUNS
    assert steps < RUNS, "every step is killed at once at least"
    for one in found:
        subjects = {SUBJECTS[id_] for id_ in one["answered"]}
        lost = [subject for subject in subjects if one["effects"].get(subject) != 1]
        assert not lost, one
        assert all(count == 1 for count in one["effects"].values()), one
        assert one["waiting"] == 0, one
    assert all(one["killed_at"] for one in found if one["seed"] < steps)
    places = {place for one in found for place in one["killed_at"]}
    assert {
        "before deliveries.add_new",
        "after deliveries.add_new",
        "after jobs.enqueue",
        "before uow.commit",
        "after uow.commit",
        "before the answer",
        "after the answer",
        "after queue.claim",
        "after deliveries.get",
        "after marks.add",
        "before deliveries.put_standing",
        "after deliveries.save",
        "before queue.settle",
        "after queue.settle",
    } <= places
