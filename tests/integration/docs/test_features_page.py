"""The features page answers for every number, with one of three words."""

import re

from .pages import DOCS

TEXT = (DOCS / "reference/features.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([WSACO]\d[^|]*?) \| ([^|]+?) \| ([^|]+?) \| ?([^|]*?) ?\|$", TEXT, re.MULTILINE)


def test_every_feature_of_the_first_system_has_a_line_in_order() -> None:
    assert [number for number, *_ in ROWS if number.startswith("W")] == [f"W{n}" for n in range(1, 55)]


def test_contradictions_are_answered_in_order() -> None:
    told = re.findall(r"^\| D(\d+) \| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", TEXT, re.MULTILINE)
    numbers = [int(number) for number, *_ in told]
    assert numbers == sorted(numbers)
    assert {*range(1, 6), *range(17, 29)} <= set(numbers)
    assert {state for _, _, state, _ in told} == {"works", "partly", "not yet"}


def test_every_line_has_a_state() -> None:
    assert {state for _, _, state, _ in ROWS} == {"works", "partly", "not yet"}


def test_what_is_partly_there_says_which_part() -> None:
    assert [number for number, _, state, note in ROWS if state == "partly" and not note] == []
