"""The explanation of the sync names tests that are there, and figures that are the code's."""

import re
from datetime import timedelta

import pytest
from tests.integration.docs.test_lost_and_doubled_page import names_in

from tresen.application.sync.deciding.plan_writer import KEPT
from tresen.application.sync.runs.execution import LIST_EVERY
from tresen.domain.sync.guards import Share
from tresen.domain.sync.laws import BUILT_IN
from tresen.domain.sync.run import RunState
from tresen.domain.sync.side import Presence

from .pages import DOCS, rows_below

PAGE = DOCS / "explanation/sync.md"
TEXT = PAGE.read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", TEXT)))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_is_named_is_there(path: str, name: str) -> None:
    assert name in names_in(path), f"tests/{path} has no {name}"


def test_every_complaint_has_its_line_and_its_answer() -> None:
    lines = re.findall(r"^\| (Y\d+) \| (.+?) \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)
    assert [number for number, *_ in lines] == [f"Y{n}" for n in range(1, 13)]
    assert [number for number, _, _, test in lines if "::test_" not in test] == []
    goals = re.findall(r"^\| (\d+) \| .+? \| .+? \| .+?::test_.+? \|$", TEXT, re.MULTILINE)
    assert goals == [str(n) for n in range(7, 18)]


def test_every_trap_has_a_test() -> None:
    traps = TEXT.partition("| what goes wrong | what stops it | test |\n")[2].partition("\n\n")[0].splitlines()[1:]
    assert len(traps) > 10
    assert all("::test_" in trap for trap in traps)


def test_the_figures_are_the_codes() -> None:
    share = Share()
    words = " ".join(TEXT.split())
    assert f"at most {share.percent} %, and never fewer than {share.at_least}" in words
    assert timedelta(days=1) == LIST_EVERY
    assert "once a day" in words
    assert KEPT == 100
    assert "the last hundred plans" in words


def test_every_law_is_told() -> None:
    assert list(rows_below(PAGE, "Laws: who owns a field")) == [law.name for law in BUILT_IN]


def test_presence_and_ends_of_runs_are_told() -> None:
    assert all(f"\n| {presence.value} |" in TEXT for presence in Presence)
    no_success = {RunState.SKIPPED, RunState.HELD, RunState.PLANNED, RunState.INTERRUPTED, RunState.FAILED}
    assert all(f"`{state.value}`" in TEXT for state in no_success)
