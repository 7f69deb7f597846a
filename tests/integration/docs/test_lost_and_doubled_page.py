"""Whatever the page claims, a test shows it: every one that it names is there."""

import ast
import re
from collections.abc import Sequence
from functools import cache

import pytest

from .pages import DOCS, ROOT

TEXT = (DOCS / "explanation/lost-and-doubled-work.md").read_text(encoding="utf-8")
SOLVED, UNSOLVED = TEXT.split("\n## What is not solved yet\n")
NAMED = re.findall(r"`([a-z_/]+\.py)::((?:Test\w+::)?test_\w+)`", TEXT)
COMPLAINT = re.compile(r"^\*\*(.+?)\*\*", re.MULTILINE | re.DOTALL)


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file below tests/, as ``test_x`` or ``TestX::test_x``."""
    file = ROOT / "tests" / path
    body = ast.parse(file.read_text(encoding="utf-8")).body if file.is_file() else []
    classes = [one for one in body if isinstance(one, ast.ClassDef)]
    return _tests(body, "").union(*(_tests(one.body, f"{one.name}::") for one in classes))


def _tests(body: Sequence[ast.stmt], prefix: str) -> frozenset[str]:
    functions = (one.name for one in body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(prefix + name for name in functions if name.startswith("test_"))


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_every_test_that_is_named_is_there(path: str, name: str) -> None:
    assert name in names_in(path), f"tests/{path} has no {name}"


def test_every_complaint_has_a_test() -> None:
    parts = COMPLAINT.split(SOLVED)[1:]
    answers = dict(zip(parts[::2], parts[1::2], strict=True))
    assert len(answers) >= 20
    assert [complaint for complaint, answer in answers.items() if "::test_" not in answer] == []


def test_nothing_that_looks_like_a_test_is_overlooked() -> None:
    assert TEXT.count("::test_") == len(NAMED)


def test_every_test_of_complaints_is_on_the_page() -> None:
    files = sorted((ROOT / "tests/integration/complaints").glob("test_*.py"))
    written = {
        (f"integration/complaints/{file.name}", name)
        for file in files
        for name in names_in(f"integration/complaints/{file.name}")
    }
    assert written <= set(NAMED)
