"""What the core says is read at every door: it names no command and no option of one of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tresen

SOURCES = Path(tresen.__file__ or "").resolve().parent
FILES = sorted(file for layer in ("domain", "application") for file in (SOURCES / layer).rglob("*.py"))
_OF_ONE_DOOR = re.compile(r"(?<![\w-])--[a-z]|\btresen (?!\.)[a-z]+ [a-z]|/api/v1/|\b(GET|POST|PUT|PATCH|DELETE) /")


def texts(file: Path) -> Iterator[str]:
    """All but those that document."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documenting = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documenting:
            yield node.value


@pytest.mark.parametrize("layer", ["domain", "application"])
def test_no_text_is_of_one_door(layer: str) -> None:
    read = [file for file in FILES if file.is_relative_to(SOURCES / layer)]
    assert read
    assert [text for file in read for text in texts(file) if _OF_ONE_DOOR.search(text)] == []
